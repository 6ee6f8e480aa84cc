"""What the person sets about seeing the screen."""

from pydantic import BaseModel, ConfigDict, Field


class ExcludedArea(BaseModel):
    """A rectangle of the screen that is never looked at, in pixels from the top left corner."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    left: int = Field(description="First column.")
    top: int = Field(description="First row.")
    width: int = Field(gt=0, description="Columns.")
    height: int = Field(gt=0, description="Rows.")


class VisionSettings(BaseModel):
    """Everything the person sets about seeing the screen. Nothing seen is ever stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    display: str | None = Field(
        default=None, description="The X display to look at, such as “:0”; the one of the session where not set."
    )
    excluded_areas: tuple[ExcludedArea, ...] = Field(
        default=(), description="Parts of the screen that are blacked out before anything is read."
    )
    excluded_windows: tuple[str, ...] = Field(
        default=("keepass", "bitwarden", "1password", "private browsing", "incognito"),
        description="Windows whose title holds one of these words are blacked out before anything is read.",
    )
    redact_secrets: bool = Field(
        default=True, description="Passwords, keys and card numbers that were read are replaced before anything else."
    )
    languages: str = Field(
        default="eng", description="Tesseract's languages, joined by “+”; each needs its Debian package."
    )
    tessdata: str | None = Field(
        default=None, description="The folder with Tesseract's trained data; found by itself where not set."
    )
    capture_seconds: float = Field(default=5.0, gt=0, description="How long the screen may take to answer, in seconds.")
    ocr_seconds: float = Field(default=20.0, gt=0, description="How long one reading of text may take, in seconds.")
    least_confidence: float = Field(
        default=45.0, ge=0, le=100, description="Words recognised with less confidence than this are dropped (0-100)."
    )
    description_characters: int = Field(
        default=1200, ge=100, description="How long a description for chat may be, in characters."
    )
