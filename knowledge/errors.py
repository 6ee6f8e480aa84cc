"""What can go wrong in the knowledge library, each with one plain sentence that says what to do."""

from pathlib import Path


class KnowledgeError(Exception):
    """The base of every error this library raises. Its text is fit to be shown to the person."""


class DocumentError(KnowledgeError):
    """A file could not be taken in.

    Args:
        message: One plain sentence.
        path: The file it is about.
    """

    def __init__(self, message: str, *, path: Path) -> None:
        super().__init__(message)
        self.path = path


class DocumentMissingError(DocumentError):
    """Nothing is at that path."""


class DocumentUnreadableError(DocumentError):
    """It is there, but is not a readable file, or its content is broken."""


class DocumentProtectedError(DocumentError):
    """It needs a password."""


class DocumentTooLargeError(DocumentError):
    """It passes a limit on bytes, pages, characters or memory."""


class DocumentUnsupportedError(DocumentError):
    """No reader knows this kind of file, or it is not what its name says."""


class DocumentEmptyError(DocumentError):
    """It was read, and has no text."""


class DocumentTimeoutError(DocumentError):
    """Reading it took longer than allowed."""


class DocumentNotAllowedError(DocumentError):
    """It lies outside the folders that the settings open."""


class StoreError(KnowledgeError):
    """The store of passages or facts could not be opened, read or written."""


class StoreBusyError(StoreError):
    """Another running process has the local store file open."""


class EmbeddingError(KnowledgeError):
    """The embedding model could not be loaded."""


class FactError(KnowledgeError):
    """What should be remembered or recalled is empty or too long."""
