from __future__ import annotations

from xmpp.receipts import Numbered, Taken
from xmpp.seen import Seen, Verdict

ANN, AT = "ann@agents.localhost", "ann@agents.localhost/agent"


def judge(seen: Seen, number: int, after: int = 0, *, epoch: str = "e", sender: str = ANN) -> Verdict:
    return seen.judge(sender, f"{sender}/agent", Numbered(epoch, number, after))


def test_nothing_is_taken_twice() -> None:
    seen = Seen()
    assert [judge(seen, n) for n in (1, 1, 2, 1, 2, 5, 4)] == [
        Verdict.TAKE, Verdict.REPEATED, Verdict.TAKE, Verdict.REPEATED, Verdict.REPEATED, Verdict.TAKE,
        Verdict.REPEATED,
    ]  # fmt: skip


def test_nothing_is_taken_before_what_comes_before_it() -> None:
    seen = Seen()
    assert judge(seen, 2, after=1) is Verdict.EARLY
    assert seen.receipt(ANN) == Taken("e", 0, missing=True)
    assert judge(seen, 3, after=2) is Verdict.EARLY
    assert seen.receipt(ANN) == Taken("e", 0), "what is missing is asked for once"
    assert [judge(seen, 1), judge(seen, 2, after=1), judge(seen, 3, after=2)] == [Verdict.TAKE] * 3
    assert judge(seen, 5, after=4) is Verdict.EARLY
    assert seen.receipt(ANN) == Taken("e", 3, missing=True)


def test_each_sender_and_each_of_its_lives_counts_for_itself() -> None:
    seen = Seen()
    assert judge(seen, 7) is Verdict.TAKE
    assert judge(seen, 1, sender="bob@agents.localhost") is Verdict.TAKE
    assert judge(seen, 1, epoch="f") is Verdict.TAKE
    assert judge(seen, 7) is Verdict.REPEATED, "a stanza of the earlier life that comes late"
    assert seen.receipt(ANN) == Taken("f", 1)


def test_receipts_are_said_once_on_their_own() -> None:
    seen = Seen()
    assert seen.receipt(ANN) is None
    assert not seen.owes
    judge(seen, 1)
    judge(seen, 2)
    assert seen.owes
    assert seen.owed() == [(AT, Taken("e", 2))]
    assert not seen.owes
    judge(seen, 3)
    assert seen.receipt(ANN) == Taken("e", 3)
    assert seen.owed() == []


def test_receipts_are_due_when_many_are_owed_or_something_is_missing() -> None:
    seen = Seen()
    due = []
    for number in range(1, 21):
        judge(seen, number)
        due.append(seen.is_due(ANN, Numbered("e", number), many=16))
    assert due.index(True) == 15
    seen.owed()
    judge(seen, 30, after=29)
    assert seen.is_due(ANN, Numbered("e", 30, 29), many=16)


def test_what_is_remembered_is_bounded() -> None:
    seen = Seen(senders=3)
    for name in "abcd":
        judge(seen, 1, sender=name)
    assert not seen.knows("a")
    assert seen.knows("d")
    assert len(seen.owed()) == 3
    for epoch in "efghij":
        judge(seen, 1, epoch=epoch, sender="d")
    assert len(seen.owed()) == 4
