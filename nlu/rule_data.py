"""The rule files under ``nlu/rules``, read and compiled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlu.data_files import read_yaml
from nlu.readings import Intent
from nlu.rule_files import FileWords
from nlu.rule_slots import SPLITS, Split
from nlu.rule_templates import TemplateError, Templates
from nlu.rule_words import Words

_FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True)
class Template:
    """One whole request: what it looks like, how certain it is, and where its slots come from."""

    intent: Intent
    pattern: re.Pattern[str]
    sure: float
    free: int
    constants: Mapping[str, str]
    whole: str | None
    split: Split | None


@dataclass(frozen=True)
class Rules:
    """All rules, compiled."""

    templates: tuple[Template, ...]
    prefixes: tuple[re.Pattern[str], ...]
    suffixes: tuple[re.Pattern[str], ...]
    asking: tuple[re.Pattern[str], ...]
    words: Words
    files: FileWords


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Read and compile the rule files, once.

    Raises:
        TemplateError: where one of them is wrong.
    """
    frame, intents, keywords = (read_yaml(_FOLDER / name) for name in ("frame.yaml", "intents.yaml", "keywords.yaml"))
    templates = Templates(macros=intents["macros"], regions=tuple(frame["screen_regions"]))
    words = Words(
        key_words=frame["key_words"],
        true_words=frame["true_words"],
        kinds=frame["kinds"],
        guesses=keywords["guesses"],
    )
    files = FileWords(
        words,
        nouns=frame["file_nouns"],
        folders=frame["folders"],
        verbs=frame["file_verbs"],
        small=frame["file_small_words"],
    )
    return Rules(
        templates=tuple(
            _template(Intent(name), raw, templates) for name, listed in intents["intents"].items() for raw in listed
        ),
        prefixes=tuple(templates.compile(say)[0] for say in frame["prefixes"]),
        suffixes=tuple(_suffix(templates, say, frame["not_behind"]) for say in frame["suffixes"]),
        asking=tuple(templates.compile(say)[0] for say in frame["asking"]),
        words=words,
        files=files,
    )


def _template(intent: Intent, raw: Mapping[str, Any], templates: Templates) -> Template:
    unknown = set(raw) - {"say", "sure", "set", "whole", "split"}
    if unknown or (raw.get("split") is not None and raw["split"] not in SPLITS):
        raise TemplateError(f"The rule {dict(raw)!r} of {intent} is wrong.")
    pattern, free = templates.compile(raw["say"])
    return Template(
        intent=intent,
        pattern=pattern,
        sure=float(raw["sure"]),
        free=free,
        constants=raw.get("set", {}),
        whole=raw.get("whole"),
        split=SPLITS[raw["split"]] if "split" in raw else None,
    )


def _suffix(templates: Templates, say: str, not_behind: list[str]) -> re.Pattern[str]:
    """Compile a suffix that does not count behind certain words ("say thanks", "the assistant")."""
    source = templates.compile(say)[0].pattern
    guards = "".join(rf"(?<!\b{word} )" for word in not_behind)
    return re.compile(rf"(?<!\w){guards}(?:{source})[\s,.!?]*$", re.IGNORECASE)
