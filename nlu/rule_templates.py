"""Templates of whole requests: how they are written in ``nlu/rules`` and what they match.

``(a|b)`` is one of several, ``[a]`` may be absent, ``<name>`` is a macro, ``{slot}`` is whatever the person
says there and ``{slot:type}`` something of a known form. A template must fit the whole text; case, commas and
the form of apostrophes do not count.
"""

import re
from collections.abc import Mapping

_PIECE = re.compile(r"\{(\w+)(?::(\w+))?\}|<(\w+)>|([\[\]()|])|([^\s\[\](){}|<>]+)")
_BETWEEN = r"[\s,]*+"  # possessive: runs of blanks are never tried in pieces
_URL = r"(?:(?:https?://|www\.)[^\s<>\"']+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|edu|gov|info|de|uk|eu)(?:/[^\s<>\"']*)?)(?![^\s<>\"'])"
_EXTENSIONS = (
    "pdf|md|markdown|txt|rst|html?|docx?|odt|xlsx?|csv|tsv|pptx?|json|ya?ml|xml|py|js|ts|log|tex|epub|png|jpe?g|gif|zip"
)
_FILE = rf"\"[^\"\n]+\"|'[^'\n]+\.\w+'|[\w./~\\-]*[\w-]\.(?:{_EXTENSIONS})(?!\w)"
_PATH = rf"{_FILE}|(?:~|\.{{1,2}})?/[^\s\"']*|~(?!\w)|[a-z]:\\[^\s\"']*|\.{{1,2}}(?![\w.])|[\w.-]+/[\w./-]*"


class TemplateError(Exception):
    """A template in ``nlu/rules`` is wrong; the text says which."""


class Templates:
    """Compiles templates to regular expressions."""

    def __init__(self, *, macros: Mapping[str, str], regions: tuple[str, ...] = ()) -> None:
        """Take the macros by name, and the places that ``{x:region}`` may name."""
        self._macros = macros
        longest = sorted(regions, key=len, reverse=True)
        self._types = {
            "": r".+?",
            "number": r"\d{1,9}",
            "url": _URL,
            "path": _PATH,
            "file": _FILE,
            "region": "|".join(re.escape(region) for region in longest) or r"(?!)",
        }

    def compile(self, template: str) -> tuple[re.Pattern[str], int]:
        """Return the expression that matches what ``template`` says, and how many free slots it has.

        Raises:
            TemplateError: where a bracket is not closed, or a macro or type is not known.
        """
        source, free = self._source(template)
        try:
            return re.compile(rf"{_BETWEEN}{source}", re.IGNORECASE | re.DOTALL), free
        except re.error as error:
            raise TemplateError(f"The template {template!r} is wrong: {error}.") from error

    def _source(self, template: str) -> tuple[str, int]:
        parts: list[str] = []
        free = 0
        seen: list[str] = []
        for slot, kind, macro, sign, word in (match.groups() for match in _PIECE.finditer(template)):
            if slot is not None:
                if (kind or "") not in self._types:
                    raise TemplateError(f"The template {template!r} has an unknown type {kind!r}.")
                free += kind is None
                seen.append(slot)
                group = slot if seen.count(slot) == 1 else f"{slot}_{len(seen)}"
                parts.append(rf"(?P<{group}>{self._types[kind or '']}){_BETWEEN}")
            elif macro is not None:
                if macro not in self._macros:
                    raise TemplateError(f"The template {template!r} has an unknown macro {macro!r}.")
                parts.append(self._source(self._macros[macro])[0])
            elif sign is not None:
                parts.append({"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}[sign])
            else:
                parts.append(_word(word))
        return "".join(parts), free


def _word(word: str) -> str:
    source = re.escape(word).replace("'", "['\u2019`]?")
    before = r"(?<!\w)" if word[0].isalnum() else ""
    after = r"(?!\w)" if word[-1].isalnum() else ""
    return f"{before}{source}{after}{_BETWEEN}"
