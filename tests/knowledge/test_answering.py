from pathlib import Path

import pytest

from knowledge.answering import answer_from
from knowledge.embedding import Embedder
from knowledge.passages import Passage
from knowledge.ranking import Ranker, logistic


def passage(text: str, *, score: float = 0.9, heading: str | None = None, page: int | None = None) -> Passage:
    return Passage(
        text=text, source=Path("/docs/notes.pdf"), title="Notes", page=page, heading=heading, score=score,
        document_id="x", start=0, end=len(text),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("when is the launch", "We met Bob. The launch is on 4 May. He left.", "The launch is on 4 May."),
        ("how much is the rent", "The rent is due early. The rent is 900 euros.", "The rent is 900 euros."),
        ("who runs the shop", "The shop is small. The shop is run by Ines Okafor.", "The shop is run by Ines Okafor."),
        ("the launch", "The launch was moved. It is now in June.", "The launch was moved."),
        ("what colour is the new logo", "We chose a new logo. Its colour is teal.",
         "We chose a new logo. Its colour is teal."),
        ("how do I reset it", "How do I reset it? Hold the button for ten seconds.",
         "Hold the button for ten seconds."),
        ("what is the deposit", "2. The deposit is two rents.", "The deposit is two rents."),
        ("opening hours", "Opening hours:\nMonday to Friday, 9 to 17", "Opening hours:\nMonday to Friday, 9 to 17"),
    ],
)  # fmt: skip
def test_the_sentence_that_answers_is_picked(embedder: Embedder, question: str, text: str, answer: str) -> None:
    ranker = Ranker(embedder)
    found = answer_from(ranker.query(question), [passage(text)], ranker=ranker, min_confidence=0.4)
    assert found.text == answer
    assert found.confidence == 0.9


def test_a_question_for_a_heading_gets_what_is_under_it(embedder: Embedder) -> None:
    ranker = Ranker(embedder)
    under = passage("Passports. Adapters. Rain jackets.", heading="Packing list")
    found = answer_from(ranker.query("the packing list"), [under], ranker=ranker, min_confidence=0.4)
    assert found.text == "Passports. Adapters. Rain jackets."
    assert found.citation == "notes.pdf, Packing list"


@pytest.mark.parametrize("passages", [[], [passage("Something else.", score=0.2)]])
def test_nothing_is_said_where_nothing_is_known(embedder: Embedder, passages: list[Passage]) -> None:
    ranker = Ranker(embedder)
    found = answer_from(ranker.query("the launch"), passages, ranker=ranker, min_confidence=0.4)
    assert (found.text, found.citation) == ("", "")
    assert found.confidence < 0.35


def test_a_long_answer_is_cut_at_a_word(embedder: Embedder) -> None:
    ranker = Ranker(embedder)
    found = answer_from(ranker.query("launch"), [passage("launch " + "word " * 300)], ranker=ranker, min_confidence=0.4)
    assert len(found.text) <= 502
    assert found.text.endswith("word …")


@pytest.mark.parametrize(
    ("page", "heading", "citation"),
    [(3, None, "notes.pdf, page 3"), (3, "Budget", "notes.pdf, page 3"), (None, "Budget", "notes.pdf, Budget"),
     (None, "Notes", "notes.pdf"), (None, None, "notes.pdf")],
)  # fmt: skip
def test_citations(page: int | None, heading: str | None, citation: str) -> None:
    assert passage("x", page=page, heading=heading).citation == citation


def test_the_logistic_function_stays_within_bounds() -> None:
    assert 0 <= logistic(-50) < 0.001 < 0.999 < logistic(50) <= 1
