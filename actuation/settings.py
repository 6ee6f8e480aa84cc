"""What the person sets about the hands. The defaults are closed: their own folders, no web."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

from actuation.policy import Policy


class CodeLimits(BaseModel):
    """What a piece of code may use before it is stopped."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wall_seconds: float = Field(default=10.0, gt=0, le=600, description="Seconds by the clock.")
    cpu_seconds: int = Field(default=8, ge=1, le=600, description="Seconds of processor time.")
    memory_bytes: int = Field(
        default=512 * 2**20, ge=64 * 2**20, description="Address space, in bytes (at least 64 MiB)."
    )
    file_bytes: int = Field(default=16 * 2**20, ge=0, description="The largest file it may write, in bytes.")
    folder_bytes: int = Field(
        default=64 * 2**20, ge=4096, description="The size of its private folder, which is in memory, in bytes."
    )
    open_files: int = Field(default=64, ge=16, description="Files open at once.")
    processes: int = Field(default=32, ge=1, description="Threads at once; other programs cannot be started at all.")
    output_characters: int = Field(
        default=10_000, ge=100, description="Characters kept of what it prints, and as many of its errors."
    )


class SandboxSettings(BaseModel):
    """Where code runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bubblewrap: str = Field(default="bwrap", description="The bubblewrap program: a name on the path, or a path.")
    concurrent: int = Field(default=2, ge=1, le=64, description="Pieces of code that may run at once.")
    limits: CodeLimits = Field(default=CodeLimits(), description="What a piece of code may use.")


class FilesSettings(BaseModel):
    """Which files may be looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folders: tuple[str, ...] = Field(
        default=("documents", "downloads", "desktop"),
        description="The folders files are found in: paths, or documents, downloads, desktop, pictures, music, "
        "videos and home for the platform's own.",
    )
    search_seconds: float = Field(default=5.0, gt=0, description="How long one search may take, in seconds.")
    search_entries: int = Field(default=200_000, ge=1, description="How many names one search may look at.")
    content_bytes: int = Field(
        default=256 * 1024,
        ge=0,
        description="Text files up to this size are searched inside too, in bytes; 0 looks at names alone.",
    )


class WebMode(StrEnum):
    """Whether pages are fetched."""

    OFF = "off"
    ASK = "ask"
    ON = "on"


class WebSettings(BaseModel):
    """Which pages may be fetched, and how much of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: WebMode = Field(default=WebMode.OFF, description="off, ask (the person's yes for every page), or on.")
    hosts: tuple[str, ...] = Field(
        default=("*",),
        description="Hosts that may be asked: a name, *.name for all below it, or * for every public one. A host "
        "with a private address (this machine, the local network) must be listed by its own name or address.",
    )
    seconds: float = Field(default=15.0, gt=0, description="How long one page may take in all, in seconds.")
    page_bytes: int = Field(default=2 * 2**20, ge=1024, description="The most that is read of a page, in bytes.")
    redirects: int = Field(default=5, ge=0, le=20, description="How many redirects are followed.")
    text_characters: int = Field(default=50_000, ge=100, description="The most text kept of a page.")
    links: int = Field(default=100, ge=0, description="The most links kept of a page.")

    @field_validator("mode", mode="before")
    @classmethod
    def _yaml_words(cls, value: object) -> object:
        """Read YAML's bare `on` and `off`, which arrive as true and false."""
        if isinstance(value, bool):
            return WebMode.ON if value else WebMode.OFF
        return value


class ActuationSettings(BaseModel):
    """Everything the person sets about the hands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Policy = Field(default=Policy(), description="What is done at once, asked for, and never done.")
    sandbox: SandboxSettings = Field(default=SandboxSettings(), description="Running code.")
    files: FilesSettings = Field(default=FilesSettings(), description="Finding files.")
    web: WebSettings = Field(default=WebSettings(), description="Fetching pages.")
