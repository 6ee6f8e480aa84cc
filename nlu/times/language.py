"""A grammar file, read and compiled once for a language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlu.data_files import read_yaml
from nlu.times.base import Part
from nlu.times.builders import BUILDERS
from nlu.times.grammar import Compiler, GrammarError, Guards, Symbol

_FOLDER = Path(__file__).parent
_FALLBACK = "en"
_DAY_FIRST = {"GB", "AU", "NZ", "IE", "IN", "ZA", "DE", "AT", "FR", "ES", "IT", "NL", "150"}


@dataclass(frozen=True)
class Language:
    """The compiled grammar of one language with its word lists."""

    tops: tuple[Symbol, ...]
    first: frozenset[str]
    guards: Guards
    parts: Mapping[str, Part]
    past_words: frozenset[str]
    future_words: frozenset[str]
    doubtful_ends: frozenset[str]
    unknown_shapes: tuple[str, ...]


def language_of(locale: str) -> Language:
    """Return the grammar for ``locale`` ("en", "en-GB"); English where there is none for its language."""
    code = locale.replace("_", "-").split("-")[0].lower()
    known = code.isalpha() and (_FOLDER / f"{code}.yaml").is_file()
    return _load(code if known else _FALLBACK)


def month_first(locale: str) -> bool:
    """Tell whether 12/31 is the 31st of December for ``locale``: so in "en", not in "en-GB" and its like."""
    parts = locale.replace("_", "-").split("-")
    return parts[0].lower() == "en" and not (len(parts) > 1 and parts[-1].upper() in _DAY_FIRST)


@lru_cache(maxsize=4)
def _load(code: str) -> Language:
    raw: Mapping[str, Any] = read_yaml(_FOLDER / f"{code}.yaml")
    compiler = Compiler(classes=raw["classes"], symbols=raw["symbols"], builders=BUILDERS)
    try:
        tops = tuple(compiler.symbol(name) for name in raw["top"])
        return Language(
            tops=tops,
            first=frozenset[str]().union(*(symbol.first for symbol in tops)),
            guards=Guards(frozenset(raw["closers"]), frozenset(raw["nouns"])),
            parts={name: Part(**hours) for name, hours in raw["parts"].items()},
            past_words=frozenset(raw["past_words"]),
            future_words=frozenset(raw["future_words"]),
            doubtful_ends=frozenset(raw["doubtful_ends"]),
            unknown_shapes=tuple(raw["unknown_shapes"]),
        )
    except KeyError as error:
        raise GrammarError(f"The grammar {code}.yaml lacks {error}.") from error
