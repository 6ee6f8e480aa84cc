"""What a search for files asks for: kind, name, folder and time."""

import re
from collections.abc import Sequence

from nlu.rule_words import Words
from nlu.times import Found

_PATH = re.compile(r"(?:in|under|inside|from|within|at)\s+((?:~|\.{1,2})?/[^\s,]*|~)", re.IGNORECASE)
_ENDING = re.compile(r"\"([^\"]+)\"|(?<!\w)([\w-]+(?:\.[\w-]+)*\.[A-Za-z]\w{1,4})(?!\w)")
_EXTENSION = re.compile(r"(?<!\S)\*?\.([A-Za-z]\w{1,5})(?!\w)")
_NAMED = re.compile(
    r"\b(?:called|named|titled|with the name|with the title|about|on|regarding|concerning|containing|that contains?|"
    r"that mentions?|mentioning|related to|that are about|with|for|of|matching|from|to|in)\s+(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_WHO = r"(?:(?:i|we|you|was|were|is|are|have|had|has|been|got|did|do|i've|ive|last|recently|just|it)\b\s*)*"
_MOST = 500


class FileWords:
    """Knows the words for files and folders."""

    def __init__(
        self, words: Words, *, nouns: Sequence[str], folders: Sequence[str], verbs: Sequence[str], small: Sequence[str]
    ) -> None:
        """Take the word lists as the rule files have them."""
        self._words = words
        self._small = frozenset(small)
        self._nouns = re.compile(rf"\b(?:{'|'.join(nouns)})\b", re.IGNORECASE)
        known = "|".join(folders)
        self._folder = re.compile(
            r"\b(?:in|under|inside|within|from|on)\s+(?:(?:my|the|our|this|that)\s+)?"
            rf"(?:([\w.-]+(?: [\w.-]+)?)\s+(?:folder|directory)\b|({known})\b(?!\s+(?:about|on|of)\b))",
            re.IGNORECASE,
        )
        done = "|".join(sorted(verbs, key=len, reverse=True))
        self._done = re.compile(
            rf"(?:\b(?:that|which)\b\s*)?\b{_WHO}(?:(?:{done})\b\s*)+(?:(?:on|in|at|since|from|by me)\b\s*)*$"
            rf"|(?:\b(?:that|which)\b\s*)?\b(?:from|of|since|dated|during)\s*$",
            re.IGNORECASE,
        )

    def names_files(self, text: str) -> bool:
        """Tell whether ``text`` speaks of files."""
        short = text[:_MOST]
        return bool(self._nouns.search(short) or _ENDING.search(short) or self._words.kinds(short))

    def split(self, body: str, found: Sequence[Found]) -> dict[str, str] | None:
        """Return the slots of a search for ``body``, or None where it does not speak of files."""
        if len(body) > _MOST or "://" in body or "www." in body:
            return None
        slots: dict[str, str] = {}
        rest = body
        timed = [each for each in found if not each.is_length]
        if timed:
            reading = timed[-1].reading
            slots["when"] = reading.text
            before = self._done.sub("", rest[: reading.start].rstrip(" ,") + " ")
            rest = f"{before} {rest[reading.end :]}"
        rest = self._done.sub("", rest.strip())
        rest = self._take_folder(rest, slots)
        is_named = self._take_ending(rest, slots)
        extension = _EXTENSION.search(rest)
        if extension and "name" not in slots:
            slots["kind"] = self._kind_of(extension.group(1))
            rest = _EXTENSION.sub(" ", rest)
        head, named = self._parted(rest)
        kinds = [] if "kind" in slots else list(self._words.kinds(head))
        for kind in kinds[-1:]:  # the last is the noun: "notes pdf" is a pdf
            slots["kind"] = kind.name
            head = f"{head[: kind.start]} {head[kind.end :]}"
        has_noun = self._nouns.search(head) is not None
        if not (is_named or has_noun or "kind" in slots):
            return None
        if "name" not in slots:
            name = self._name(named) or self._name(self._nouns.sub(" ", head))
            if name:
                slots["name"] = name
        return slots

    def _take_folder(self, text: str, slots: dict[str, str]) -> str:
        found = _PATH.search(text) or self._folder.search(text)
        if not found:
            return text
        slots["folder"] = next(group for group in found.groups() if group)
        return f"{text[: found.start()]} {text[found.end() :]}"

    def _take_ending(self, text: str, slots: dict[str, str]) -> bool:
        found = _ENDING.search(text)
        if not found:
            return False
        slots["name"] = found.group(1) or found.group(2)
        return True

    def _kind_of(self, extension: str) -> str:
        kinds = self._words.kinds(extension)
        return kinds[0].name if kinds else extension.lower()

    def _parted(self, text: str) -> tuple[str, str]:
        """Cut the text where its nouns end and what the files are about begins."""
        found = _NAMED.search(text)
        if not found:
            return text, ""
        return text[: found.start()], found.group(1)

    def _name(self, text: str) -> str:
        words = text.strip(" ,.;:?!\"'“”").split()
        while words and words[0].lower() in self._small:
            words.pop(0)
        while words and words[-1].lower() in self._small:
            words.pop()
        return " ".join(words).strip(" ,.;:?!\"'“”")
