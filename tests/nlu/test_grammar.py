"""Training sentences out of the grammar."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.errors import GrammarError
from nlu.grammar import Grammar, annotated, plain
from nlu.readings import SLOTS, Intent
from nlu.training import PROJECT

GRAMMAR = Grammar.load(PROJECT / "grammar")
SENTENCES = list(GRAMMAR.sentences())


def expand(folder: Path, pattern: str, lists: str = "", count: int = 50) -> set[str]:
    (folder / "one.yml").write_text(
        f"intents:\n  run_code:\n    count: {count}\n    sentences:\n      - {pattern!r}\n" + lists, encoding="utf-8"
    )
    return {annotated(sentence) for _, sentence in Grammar.load(folder).sentences()}


@pytest.mark.parametrize(
    ("pattern", "sentences"),
    [
        ("stop", {"stop"}),
        ("(stop|halt)", {"stop", "halt"}),
        ("stop [it]", {"stop", "stop it"}),
        ("[please] stop", {"stop", "please stop"}),
        ("(a|b) (c|)", {"a c", "b c", "a", "b"}),
        ("[a (b|c)] d", {"d", "a b d", "a c d"}),
        ("at {hour}", {"at 5", "at 6"}),
        ("at {hour:when} sharp", {"at [5](when) sharp", "at [6](when) sharp"}),
        ("{nested:when}", {"[at 5](when)", "[at 6](when)", "[now](when)"}),
        ("{nested}", {"at 5", "at 6", "now"}),
    ],
)
def test_notation(tmp_path: Path, pattern: str, sentences: set[str]) -> None:
    lists = "lists:\n  hour: ['5', '6']\n  nested: ['at {hour}', now]\n"
    assert expand(tmp_path, pattern, lists) == sentences


@pytest.mark.parametrize("pattern", ["(a|b", "[a", "a)", "a|b", "{none}", "{", "{a b}", "a]", "([a)]"])
def test_malformed_pattern_is_told(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(GrammarError, match="The pattern"):
        expand(tmp_path, pattern)


@given(st.text(alphabet="ab ()[]{}|:x", max_size=30))
def test_any_pattern_expands_or_is_told(tmp_path_factory: pytest.TempPathFactory, pattern: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "patterns"
    folder.mkdir(exist_ok=True)
    with contextlib.suppress(GrammarError):
        assert len(expand(folder, pattern, "lists:\n  x: [y]\n", count=3)) <= 3


@pytest.mark.parametrize("content", ["intents: [", "intents: {a: {count: 0, sentences: [x]}}", "other: {}", "[]"])
def test_malformed_file_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "one.yml").write_text(content, encoding="utf-8")
    if content == "[]":
        assert Grammar.load(tmp_path).intents == ()
        return
    with pytest.raises(GrammarError, match=r"one\.yml"):
        Grammar.load(tmp_path)


def test_same_seed_gives_same_sentences() -> None:
    assert list(GRAMMAR.sentences()) == SENTENCES
    assert list(GRAMMAR.sentences(seed=1)) != SENTENCES


def test_no_sentence_belongs_to_two_intents() -> None:
    texts = [plain(sentence).strip().lower() for _, sentence in SENTENCES]
    assert len(set(texts)) == len(texts)


def test_every_intent_is_said_in_many_ways_with_its_own_slots() -> None:
    by_intent: dict[str, list[str]] = {}
    for intent, sentence in SENTENCES:
        by_intent.setdefault(intent, []).append(annotated(sentence))
        labels = {piece.slot for piece in sentence if piece.slot}
        allowed = set(SLOTS.get(Intent(intent), ())) if intent != "inform" else set()
        assert labels <= allowed, (intent, annotated(sentence))
    assert set(by_intent) == {str(intent) for intent in Intent} | {"inform"}
    assert min(map(len, by_intent.values())) >= 80


def test_labels_survive_rasas_notation() -> None:
    for _, sentence in SENTENCES:
        for piece in sentence:
            if piece.slot:
                assert not set(piece.text) & set("[]"), annotated(sentence)
            else:
                assert "](" not in piece.text
                assert "]{" not in piece.text
