"""The configuration: one YAML file, environment variables over it, and a default for every key.

Keys are documented where they are declared. An environment variable is the key's path in capitals after ``PARLEY_``,
its parts joined by two underscores: ``PARLEY_XMPP__PORT=5333`` is ``xmpp.port``.
"""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from agents.settings import Settings
from launching.agent_sets import first_problem, read_yaml
from launching.errors import LaunchError
from xmpp.server.settings import XmppSettings

PREFIX = "PARLEY_"


class Configuration(BaseSettings, Settings):
    """Everything that can be configured."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True
    )

    user: str = Field(
        default="me", pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$", description="local part of the owner's own JID"
    )
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of a database for reminders, plans and memories; unset: SQLite in the data folder",
    )
    xmpp: XmppSettings = Field(default_factory=XmppSettings, description="the XMPP server")
    log_level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$", description="how much is logged")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, which comes as the init settings."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @model_validator(mode="before")
    @classmethod
    def _one_database(cls, values: Any) -> Any:
        """Let ``database_url`` serve every store that names no database of its own."""
        url = values.get("database_url") if isinstance(values, dict) else None
        if not url:
            return values
        merged = dict(values)
        for section, key in (("scheduling", "database"), ("planning", "database"), ("knowledge", "memories_url")):
            given = merged.get(section) or {}
            if isinstance(given, dict) and not given.get(key):
                merged[section] = {**given, key: url}
        return merged

    @classmethod
    def load(cls, path: Path, *, required: bool) -> "Configuration":
        """Read the configuration.

        Args:
            path: the YAML file.
            required: whether it must be there; otherwise the defaults hold where it is not.

        Raises:
            LaunchError: it can't be read or holds something that makes no sense.
        """
        tree: Any = None
        if required or path.exists():
            tree = read_yaml(path, "The configuration")
        if tree is None:
            tree = {}
        if not isinstance(tree, dict):
            raise LaunchError(f"The configuration {path} must consist of keys and values, such as `user: ann`.")
        try:
            return cls(**tree)
        except ValidationError as error:
            raise LaunchError(
                f"The configuration {path}, with the variables that begin with {PREFIX}, is not in order: "
                f"{first_problem(error)}."
            ) from error
        except SettingsError as error:
            raise LaunchError(
                f"A variable that begins with {PREFIX} is not in order: a section as a whole is written as JSON, and "
                f"one key of it as {PREFIX}XMPP__PORT=5333."
            ) from error
