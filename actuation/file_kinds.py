"""What people call kinds of files, and the name endings that mean them."""

_TEXT = ("txt", "text", "md", "markdown", "rst", "org", "adoc", "log")
_WORD_PROCESSOR = ("doc", "docx", "odt", "rtf", "pages")
_CODE = (
    *("py", "js", "ts", "tsx", "jsx", "java", "kt", "c", "h", "cc", "cpp", "hpp", "cs", "go", "rs", "rb", "php"),
    *("swift", "scala", "sh", "bash", "pl", "lua", "r", "jl", "sql", "ipynb", "html", "css", "vue", "zig", "hs"),
)
_DATA = ("json", "yaml", "yml", "toml", "xml", "csv", "tsv", "ini", "cfg", "conf")

_ENDINGS: dict[str, tuple[str, ...]] = {
    "pdf": ("pdf",),
    "markdown": ("md", "markdown"),
    "text": ("txt", "text", "md", "markdown", "rst"),
    "notes": (*_TEXT, "pdf", *_WORD_PROCESSOR),
    "document": ("pdf", *_WORD_PROCESSOR, *_TEXT, "epub", "tex"),
    "word": _WORD_PROCESSOR,
    "spreadsheet": ("xls", "xlsx", "ods", "csv", "tsv", "numbers"),
    "presentation": ("ppt", "pptx", "odp", "key"),
    "image": ("png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "tif", "tiff", "heic", "avif", "ico"),
    "screenshot": ("png", "jpg", "jpeg", "webp"),
    "video": ("mp4", "mkv", "webm", "mov", "avi", "m4v"),
    "audio": ("mp3", "ogg", "opus", "flac", "wav", "m4a", "aac"),
    "code": _CODE,
    "python": ("py", "ipynb"),
    "javascript": ("js", "jsx", "mjs", "ts", "tsx"),
    "data": _DATA,
    "archive": ("zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar"),
    "web page": ("html", "htm"),
    "book": ("epub", "mobi", "azw3", "pdf"),
}
_OTHER_WORDS = {
    "note": "notes",
    "md": "markdown",
    "txt": "text",
    "plain text": "text",
    "doc": "document",
    "paper": "document",
    "letter": "document",
    "word document": "word",
    "docx": "word",
    "excel": "spreadsheet",
    "excel sheet": "spreadsheet",
    "sheet": "spreadsheet",
    "table": "spreadsheet",
    "csv": "spreadsheet",
    "slide": "presentation",
    "slide deck": "presentation",
    "powerpoint": "presentation",
    "picture": "image",
    "photo": "image",
    "photograph": "image",
    "screen shot": "screenshot",
    "movie": "video",
    "film": "video",
    "music": "audio",
    "song": "audio",
    "recording": "audio",
    "sound": "audio",
    "source": "code",
    "source code": "code",
    "script": "code",
    "program": "code",
    "zip": "archive",
    "webpage": "web page",
    "html": "web page",
    "ebook": "book",
}
_ANYTHING = frozenset({"", "file", "anything", "everything", "any", "all", "item"})
READABLE = frozenset({*_TEXT, *_CODE, *_DATA, "tex"})
"""Endings of files that can be searched inside as plain text."""


def endings_of(kind: str | None) -> frozenset[str] | None:
    """Give the name endings, without the dot, that a person means by a kind of file.

    Args:
        kind: such as "PDF files", "notes", "pictures" or an ending itself, ".tex".

    Returns:
        None where files of any kind are meant. A word that is not known is taken for an ending.
    """
    name = " ".join((kind or "").casefold().split()).removesuffix(" files").removesuffix(" file")
    if name in _ANYTHING or name == "files":
        return None
    for candidate in (name, name.removesuffix("s"), name.removesuffix("es")):
        known = _OTHER_WORDS.get(candidate, candidate)
        if known in _ENDINGS:
            return frozenset(_ENDINGS[known])
    return frozenset({name.lstrip(".*")})
