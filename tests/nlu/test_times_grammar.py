from collections.abc import Mapping
from typing import Any

import pytest

from nlu.times.builders import BUILDERS
from nlu.times.grammar import Builder, Compiler, GrammarError, Guards, Run, Symbol
from nlu.times.language import language_of, month_first
from nlu.times.tokens import tokenize

_GUARDS = Guards(closers=frozenset({"to"}), nouns=frozenset({"people"}))
_BUILDERS: Mapping[str, Builder] = {"all": dict, "no": lambda _: None, "n": lambda caught: caught["n"].value}


def _symbol(*rules: dict[str, Any], **others: list[dict[str, Any]]) -> Symbol:
    compiler = Compiler(
        classes={"day": {"monday": 0, "friday": 4}}, symbols={"s": list(rules), **others}, builders=_BUILDERS
    )
    return compiler.symbol("s")


def _ends(symbol: Symbol, text: str, at: int = 0) -> list[int]:
    return [end for end, _ in symbol.matches(Run(tokenize(text), _GUARDS), at)]


def test_tokens_know_their_places() -> None:
    text = "at 9am, o’clock 17:30"  # noqa: RUF001 - a curly apostrophe, as phones write it
    tokens = tokenize(text)
    assert [token.text for token in tokens] == ["at", "9", "am", ",", "o'clock", "17", ":", "30"]
    assert [token.glued for token in tokens] == [False, False, True, True, False, False, True, True]
    assert all(text[token.start : token.end].lower().replace("\u2019", "'") == token.text for token in tokens)


def test_the_longest_match_comes_first() -> None:
    symbol = _symbol({"say": "on {day} [[,] {n}]", "is": "all"})
    assert _ends(symbol, "on monday, 5") == [4, 2]
    assert _ends(symbol, "on monday 5") == [3, 2]
    assert _ends(symbol, "monday") == []


def test_glue_needs_no_blank() -> None:
    symbol = _symbol({"say": "{n12:h} ~ : ~ {n2:m}", "is": "all"})
    assert _ends(symbol, "9:30") == [3]
    assert _ends(symbol, "9 :30") == []
    assert _ends(symbol, "9:3") == []
    assert _ends(symbol, "930:30") == []


def test_captures_get_their_names() -> None:
    symbol = _symbol({"say": "{x:a} (to|until) {x:b}", "is": "all"}, x=[{"say": "{n}", "is": "n"}])
    ((_, value),) = symbol.matches(Run(tokenize("3 until 4"), _GUARDS), 0)
    assert value == {"a": 3, "b": 4}


def test_guards() -> None:
    assert _ends(_symbol({"say": "at {n}", "is": "all", "no_noun": True}), "at 5 files") == []
    assert _ends(_symbol({"say": "at {n}", "is": "all", "no_noun": True}), "at 5 people") == []
    assert _ends(_symbol({"say": "at {n}", "is": "all", "no_noun": True}), "at 5 to") == [2]
    assert _ends(_symbol({"say": "at {n}", "is": "all", "closed": True}), "at 5 call") == []
    assert _ends(_symbol({"say": "at {n}", "is": "all", "closed": True}), "at 5, call") == [2]
    assert _ends(_symbol({"say": "at {n}", "is": "all", "not_after": ["look"]}), "look at 5", 1) == []
    assert _ends(_symbol({"say": "at {n}", "is": "all", "after": ["look"]}), "look at 5", 1) == [3]
    assert _ends(_symbol({"say": "[a] {n}", "is": "all", "not_first": ["a"]}), "a 5") == []
    assert _ends(_symbol({"say": "at {n}", "is": "no"}), "at 5") == []


@pytest.mark.parametrize(
    ("rule", "others"),
    [
        ({"say": "at {s}", "is": "all"}, {}),
        ({"say": "at {x}", "is": "all"}, {"x": [{"say": "in {s}", "is": "all"}]}),
        ({"say": "at {unknown}", "is": "all"}, {}),
        ({"say": "at", "is": "nobody"}, {}),
        ({"say": "at", "is": "all", "typo": 1}, {}),
        ({"say": "[at]", "is": "all"}, {}),
        ({"say": "(at", "is": "all"}, {}),
        ({"say": "at]", "is": "all"}, {}),
        ({"is": "all"}, {}),
    ],
)
def test_wrong_grammars_are_refused(rule: dict[str, Any], others: dict[str, list[dict[str, Any]]]) -> None:
    with pytest.raises(GrammarError):
        _symbol(rule, **others)


def test_every_builder_is_used() -> None:
    import yaml

    from nlu.times import language

    folder = language._FOLDER
    raw = yaml.safe_load((folder / "en.yaml").read_text(encoding="utf-8"))
    used = {rule["is"] for rules in raw["symbols"].values() for rule in rules}
    assert used == set(BUILDERS)


def test_every_symbol_is_used() -> None:
    language = language_of("en")
    assert {symbol.name for symbol in language.tops} == {"repeat", "span", "moment", "length"}
    assert language_of("en-GB") is language


def test_the_order_of_day_and_month() -> None:
    assert month_first("en")
    assert month_first("en_US")
    assert not month_first("en-GB")
    assert not month_first("de")
