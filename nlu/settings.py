"""What can be set about understanding."""

from pydantic import BaseModel, ConfigDict, Field


class NluSettings(BaseModel):
    """Where Rasa is, and how sure a reading must be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = Field(
        default=None,
        description="URL of a Rasa server that runs already, with nlu/assistant's model and channel; unset: one is "
        "started on this machine",
    )
    token_env: str = Field(
        default="PARLEY_NLU_TOKEN",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="environment variable with the token of that server, for its API and the channel",
    )
    action_host: str = Field(default="127.0.0.1", description="address on which Rasa's custom actions are served")
    action_port: int = Field(default=0, ge=0, le=65535, description="their port; 0: a free one at each start")
    action_token_env: str = Field(
        default="PARLEY_ACTION_TOKEN",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="environment variable with the token that a Rasa server at `url` sends to the actions",
    )
    start_seconds: float = Field(default=120.0, gt=0, description="how long Rasa may take to start, in seconds")
    turn_seconds: float = Field(
        default=5.0, gt=0, description="how long Rasa may take for one message, before the rule parser takes it"
    )
    least_confidence: float = Field(
        default=0.5, ge=0, le=1, description="below this, the rule parser is asked for a second opinion"
    )
