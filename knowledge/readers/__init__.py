"""Files into text: one reader per format (`formats/`), run in a process of their own (`process`).

>>> document = await read_document(Path("notes.md"))  # doctest: +SKIP
>>> document.sections[0].heading  # doctest: +SKIP
'Budget'
"""

from knowledge.readers.model import Document, Section
from knowledge.readers.process import DocumentReader, read_document
from knowledge.readers.registry import supported_suffixes

__all__ = ["Document", "DocumentReader", "Section", "read_document", "supported_suffixes"]
