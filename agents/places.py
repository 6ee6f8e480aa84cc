"""Where agents keep what they know, within the data folder."""

from pathlib import Path

from knowledge.settings import KnowledgeSettings


def own_folder(data: Path, name: str) -> Path:
    """Return a folder within the data folder that is readable by the person alone, made if need be."""
    folder = data / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def documents_uri(settings: KnowledgeSettings, data: Path) -> str:
    """Return where the store of documents is: a Milvus server, or a file in the data folder."""
    return settings.documents_uri or str(own_folder(data, "knowledge") / "documents.db")


def memories_url(settings: KnowledgeSettings, data: Path) -> str:
    """Return where the store of memories is: the URL of a database, or a file in the data folder."""
    return settings.memories_url or str(own_folder(data, "knowledge") / "memories.db")
