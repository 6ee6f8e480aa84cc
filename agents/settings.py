"""The assistant's settings: the sections of its libraries, side by side."""
from pydantic import BaseModel
class Settings(BaseModel):
    """x."""
