"""Settings of the knowledge library."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ReadingLimits(BaseModel):
    """How much of one file is read, and for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: int = Field(
        default=50_000_000, gt=0, description="Largest file that is read, in bytes; larger ones are refused."
    )
    max_pages: int = Field(default=2_000, gt=0, description="Most pages a PDF may have.")
    max_characters: int = Field(default=5_000_000, gt=0, description="Most characters of text that one file may hold.")
    max_memory_mb: int = Field(
        default=2_048, ge=256, description="Memory, in MiB, that the process reading files may use."
    )
    deadline_s: float = Field(
        default=60.0, gt=0, description="Seconds that reading one file may take before it is given up."
    )


class KnowledgeSettings(BaseModel):
    """What may be taken in, where it is kept, and how it is found again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folders: tuple[Path, ...] = Field(
        default=(Path("~"),),
        description="Folders whose files a person may have taken in by naming a path in chat. "
        "Hidden files and folders below them stay closed.",
    )
    reading: ReadingLimits = Field(default=ReadingLimits(), description="Limits for reading one file.")
    max_files: int = Field(default=2_000, gt=0, description="Most files taken in from one folder in one request.")
    max_depth: int = Field(default=12, gt=0, description="How many folders deep a folder is walked.")
    documents_uri: str | None = Field(
        default=None,
        description="Milvus for documents: the URL of a server, or a file. Unset: a file in the data folder.",
    )
    milvus_token: SecretStr | None = Field(
        default=None, description="Token (user:password) for a Milvus server; not needed for a file."
    )
    memories_url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of the database of facts. Unset: an SQLite file in the data folder.",
    )
    embedding_model: str = Field(default="wordllama-256", description="Embedding model. 'wordllama-256' works offline.")
    store_timeout_s: float = Field(
        default=10.0, gt=0, description="Seconds one call to a store may take before it is given up."
    )
    min_confidence: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="Answers below this confidence are held back and honestly called unknown.",
    )
