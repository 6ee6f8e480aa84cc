"""What can be set about the pages."""

from pydantic import BaseModel, ConfigDict, Field


class WebSettings(BaseModel):
    """Pages about the agents, for a browser on this machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=False, description="whether they are served; `status` says the link")
    port: int = Field(
        default=0, ge=0, le=65535, description="their port, on 127.0.0.1 alone; 0: a free one at each start"
    )
