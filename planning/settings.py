"""Settings of planning and of the language model."""

import ipaddress
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator


def is_loopback(url: str) -> bool:
    """Tell whether a URL names this machine itself."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class LlmSettings(BaseModel):
    """The language model: any endpoint that speaks the OpenAI chat completions API. None by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = Field(
        default=None,
        description="base URL of the API, for example http://127.0.0.1:11434/v1; unset: no language model",
    )
    model: str | None = Field(default=None, description="name of the model, as the endpoint calls it")
    key_env: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="name of the environment variable that holds the key; unset: no key is sent",
    )
    timeout: float = Field(
        default=60, gt=0, le=600, description="seconds for one answer, retries included; in a stream, per piece"
    )
    attempts: int = Field(default=3, ge=1, le=10, description="tries while the endpoint is busy or down")
    backoff: float = Field(
        default=0.5, gt=0, le=30, description="seconds before the second try; doubled for each further one"
    )
    max_tokens: int = Field(default=2048, ge=1, description="tokens that one answer may have at most")
    temperature: float | None = Field(
        default=None, ge=0, le=2, description="randomness of answers; unset: the endpoint's own default"
    )

    @property
    def configured(self) -> bool:
        """Whether there is a language model to ask."""
        return self.url is not None and self.model is not None

    @model_validator(mode="after")
    def _check(self) -> "LlmSettings":
        if self.url is not None:
            parts = urlsplit(self.url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("llm.url must begin with http:// or https:// and name a host")
            if parts.username or parts.password:
                raise ValueError("llm.url must not hold a password; name the key's variable in llm.key_env")
            if self.key_env and parts.scheme == "http" and not is_loopback(self.url):
                raise ValueError("llm.url must begin with https:// where a key is sent to another machine")
        if (self.url is None) != (self.model is None):
            raise ValueError("llm.url and llm.model must be set together")
        return self


class AwardWeights(BaseModel):
    """What counts how much when offers for a step are ranked. See ``planning.award``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confidence: float = Field(default=1.0, ge=0, allow_inf_nan=False, description="of being right (0 to 1)")
    time: float = Field(default=0.2, ge=0, allow_inf_nan=False, description="of the expected time")
    cost: float = Field(default=0.3, ge=0, allow_inf_nan=False, description="of the price (0 to 1)")
    load: float = Field(default=0.15, ge=0, allow_inf_nan=False, description="of how busy the bidder is (0 to 1)")
    half_time: float = Field(
        default=5.0, gt=0, allow_inf_nan=False, description="seconds at which half of the weight of time is lost"
    )


class PlanningSettings(BaseModel):
    """How goals are pursued."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: str | None = Field(
        default=None, description="SQLAlchemy URL of the database of plans; unset: SQLite in the data folder"
    )
    bid_seconds: float = Field(default=1.0, gt=0, le=60, description="seconds that bidders have for an offer")
    step_seconds: float = Field(default=120.0, gt=0, description="seconds that one step may take")
    goal_seconds: float = Field(default=600.0, gt=0, description="seconds that a whole goal may take")
    max_rounds: int = Field(
        default=2, ge=1, le=10, description="calls for proposals for one step before it is given up"
    )
    award: AwardWeights = Field(default_factory=AwardWeights, description="the rule by which offers are ranked")
