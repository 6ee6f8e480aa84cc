from __future__ import annotations

from pathlib import Path

import pytest

from actuation.policy import Policy
from actuation.settings import ActuationSettings
from agents.knowledge import KnowledgeAgent
from agents.settings import Settings
from behaviours.contract_net import Award
from behaviours.outcomes import Failed, NoBids, Refused
from knowledge.settings import KnowledgeSettings
from ontology.assistant import (
    Answer,
    AnswerQuestion,
    FactRemembered,
    FactsForgotten,
    ForgetFact,
    IngestDocuments,
    IngestReport,
    Passages,
    RememberFact,
    RetrievePassages,
)
from ontology.content import AgentAction, Element
from tests.agents.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

OWNER = "ann@people.example"
LIBRARIAN = frozenset({"document-passages", "retrieve-passages", "ingest-documents"})
MEMORY = frozenset({"remembered-facts", "remember-fact", "forget-fact"})


class Scene:
    """A librarian and a memory, as in the default set, and somebody who asks."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.documents = house.data / "documents"

    async def begin(self, **actuation: object) -> Scene:
        self.documents.mkdir()
        knowledge = KnowledgeSettings(folders=(self.documents,))
        self.house.settings = Settings(
            knowledge=knowledge, actuation=ActuationSettings(policy=Policy.model_validate(actuation))
        )
        await self.house.directory_agent()
        self.people = await self.house.people()
        self.librarian = await self.house.run(KnowledgeAgent, "librarian", offers=LIBRARIAN)
        self.memory = await self.house.run(KnowledgeAgent, "memory", offers=MEMORY)
        self.asker = await self.house.asker()
        return self

    async def ask(self, agent: KnowledgeAgent, act: AgentAction) -> Element | None:
        return await self.asker.request(agent.identifier, act, timeout=30)

    async def remember(self, fact: str, owner: str = OWNER) -> Element | None:
        return await self.ask(self.memory, RememberFact(owner=owner, fact=fact))

    async def ingest(self, *paths: Path) -> IngestReport:
        report = await self.ask(self.librarian, IngestDocuments(owner=OWNER, paths=tuple(map(str, paths))))
        assert isinstance(report, IngestReport)
        return report

    async def document(self, name: str, text: str) -> Path:
        path = self.documents / name
        path.write_text(text)
        (file,) = (await self.ingest(path)).files
        assert (file.path, file.outcome) == (str(path), "added")
        return path

    async def compete(self, question: str, *, about: str = "anything", owner: str = OWNER) -> Award:
        act = AnswerQuestion.model_validate({"owner": owner, "question": question, "about": about})
        return await self.asker.contract_net(
            await self.asker.search(AnswerQuestion),
            act,
            rank=lambda offers: sorted(offers, key=lambda offer: -offer.bid.confidence),
            bid_timeout=10,
            timeout=10,
        )


async def test_facts_are_remembered_recalled_replaced_and_forgotten(house: House) -> None:
    here = await Scene(house).begin()
    assert await here.remember("my sister's name is Mia") == FactRemembered(fact="my sister's name is Mia")
    question = AnswerQuestion(owner=OWNER, question="what is my sister's name?")
    found = await here.ask(here.memory, question)
    assert isinstance(found, Answer)
    assert "Mia" in found.text
    assert [source.title for source in found.sources] == ["what you told me"]
    replaced = await here.remember("my sister's name is Zoe")
    assert isinstance(replaced, FactRemembered)
    assert replaced.replaced == ("my sister's name is Mia",)
    found = await here.ask(here.memory, question)
    assert isinstance(found, Answer)
    assert "Zoe" in found.text
    gone = await here.ask(here.memory, ForgetFact(owner=OWNER, fact="my sister's name"))
    assert gone == FactsForgotten(facts=("my sister's name is Zoe",))
    with pytest.raises(Failed, match="nothing to forget"):
        await here.ask(here.memory, ForgetFact(owner=OWNER, fact="my sister's name"))
    with pytest.raises((Refused, Failed), match="I don't know that"):
        await here.ask(here.memory, AnswerQuestion(owner=OWNER, question="what is my sister's name?", about="person"))


async def test_what_one_person_says_another_is_not_told(house: House) -> None:
    here = await Scene(house).begin()
    await here.remember("my sister's name is Mia")
    with pytest.raises(NoBids):
        await here.compete("what is my sister's name?", owner="bob@people.example")


async def test_what_is_remembered_is_there_after_a_restart(house: House) -> None:
    here = await Scene(house).begin()
    await here.remember("my sister's name is Mia")
    await here.memory.stop()
    again = await house.run(KnowledgeAgent, "memory", offers=MEMORY)
    found = await here.ask(again, AnswerQuestion(owner=OWNER, question="what is my sister's name?"))
    assert isinstance(found, Answer)
    assert "Mia" in found.text


async def test_documents_are_read_and_answered_from_with_their_source(house: House) -> None:
    here = await Scene(house).begin()
    path = await here.document("garden.md", "# Garden\n\nThe tulips are planted in October, ten centimetres deep.\n")
    found = await here.ask(
        here.librarian, AnswerQuestion(owner=OWNER, question="when are the tulips planted?", about="documents")
    )
    assert isinstance(found, Answer)
    assert "October" in found.text
    assert [(source.title, source.location) for source in found.sources] == [("garden.md", str(path))]
    passages = await here.ask(here.librarian, RetrievePassages(question="tulips", limit=3))
    assert isinstance(passages, Passages)
    assert [(passage.source, passage.heading) for passage in passages.items] == [(str(path), "Garden")]


async def test_passages_and_facts_compete(house: House) -> None:
    here = await Scene(house).begin()
    await here.document("family.md", "# Family\n\nThe tulips are planted in October.\n\nMy aunt lives in Oslo.\n")
    await here.remember("my sister's name is Mia")
    won = await here.compete("what is my sister's name?", about="person")
    assert won.winner.bidder == here.memory.identifier
    assert isinstance(won.value, Answer)
    assert "Mia" in won.value.text
    won = await here.compete("when are the tulips planted?", about="documents")
    assert won.winner.bidder == here.librarian.identifier
    assert isinstance(won.value, Answer)
    assert "October" in won.value.text


async def test_an_answer_from_elsewhere_than_expected_counts_less(house: House) -> None:
    here = await Scene(house).begin()
    await here.remember("my sister's name is Mia")
    question = "what is my sister's name?"
    (there,) = [(await here.compete(question, about="person")).winner.bid]
    (elsewhere,) = [(await here.compete(question, about="documents")).winner.bid]
    assert elsewhere.confidence == pytest.approx(there.confidence * 0.8)


@pytest.mark.parametrize(
    ("about", "said"),
    [("documents", "Your documents do not say"), ("person", "I don't know that"), ("anything", "Nobody here can")],
)
async def test_who_was_expected_to_know_says_that_they_do_not(house: House, about: str, said: str) -> None:
    here = await Scene(house).begin()
    with pytest.raises(NoBids, match=said):
        await here.compete("who painted the ceiling of the opera?", about=about)


async def test_a_question_at_large_is_not_answered_from_what_merely_shares_its_topic(house: House) -> None:
    here = await Scene(house).begin()
    await here.document("club.md", "# Chess club\n\nIngrid Solberg was elected treasurer of the chess club.\n")
    won = await here.compete("who is the treasurer of the chess club?", about="anything")
    assert isinstance(won.value, Answer)
    assert "Ingrid Solberg" in won.value.text
    for question in ("how do I get better at chess", "are there good books on chess?", "who won at chess in 1972"):
        with pytest.raises(NoBids):
            await here.compete(question, about="anything")


async def test_only_documents_in_the_folders_that_are_set_are_read(house: House) -> None:
    here = await Scene(house).begin()
    outside = house.data / "outside.txt"
    outside.write_text("The safe's code is 1234.")
    (file,) = (await here.ingest(outside)).files
    assert file.outcome == "failed"
    assert file.problem is not None
    with pytest.raises(NoBids):
        await here.compete("what is the safe's code?", about="documents")


async def test_a_path_that_leaves_the_inbox_does_not_count_as_sent(house: House) -> None:
    here = await Scene(house).begin()
    (house.data / "inbox" / "2026-11-20").mkdir(parents=True)
    sent = house.data / "inbox" / "2026-11-20" / "notes.txt"
    sent.write_text("The spare key hangs behind the blue door.")
    outside = house.data / "outside.txt"
    outside.write_text("The safe's code is 1234.")
    trick = house.data / "inbox" / "2026-11-20" / "link.txt"
    trick.symlink_to(outside)
    for path, outcome in ((sent, "added"), (trick, "failed"), (sent / ".." / ".." / ".." / "outside.txt", "failed")):
        (file,) = (await here.ingest(path)).files
        assert file.outcome == outcome, path


async def test_the_operator_may_have_any_file_read(house: House) -> None:
    here = await Scene(house).begin()
    outside = house.data / "outside.txt"
    outside.write_text("The spare key hangs behind the blue door.")
    operator = await house.asker("operator")
    act = IngestDocuments(owner=OWNER, paths=(str(outside),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agents.knowledge.OPERATOR", operator.name)
        report = await operator.request(here.librarian.identifier, act, timeout=30)
    assert isinstance(report, IngestReport)
    assert [file.outcome for file in report.files] == ["added"]


async def test_a_file_that_cannot_be_read_is_said_and_the_rest_is_read(house: House) -> None:
    here = await Scene(house).begin()
    (here.documents / "damaged.pdf").write_bytes(b"%PDF-1.4 and nothing else \x00\xff")
    (here.documents / "good.txt").write_text("The spare key hangs behind the blue door.")
    report = await here.ingest(here.documents)
    assert {Path(file.path).name: file.outcome for file in report.files} == {
        "damaged.pdf": "failed",
        "good.txt": "added",
    }
    assert all((file.problem is not None) == (file.outcome == "failed") for file in report.files)


async def test_what_the_policy_denies_is_not_done(house: House) -> None:
    here = await Scene(house).begin(read_files="deny", remember="deny")
    (here.documents / "good.txt").write_text("The spare key hangs behind the blue door.")
    with pytest.raises(Refused, match="read_files"):
        await here.ingest(here.documents)
    with pytest.raises(Refused, match="remember"):
        await here.remember("my sister's name is Mia")


async def test_what_must_be_asked_for_is_asked(house: House) -> None:
    here = await Scene(house).begin(read_files="ask", remember="ask")
    (here.documents / "good.txt").write_text("The spare key hangs behind the blue door.")
    await here.ingest(here.documents)
    await here.remember("my sister's name is Mia")
    assert [act.question for act in here.people.asked] == [
        f"May I read {here.documents}?",
        "May I remember “my sister's name is Mia”?",
    ]


async def test_an_agent_opens_the_stores_of_what_it_offers_alone(house: House) -> None:
    """A Milvus file opens in one process only: a memory beside a librarian must not touch it."""
    await house.directory_agent()
    await house.run(KnowledgeAgent, "memory", offers=MEMORY)
    assert {path.name for path in (house.data / "knowledge").iterdir()} >= {"memories.db"}
    assert not (house.data / "knowledge" / "documents.db").exists()
    assert (house.data / "knowledge").stat().st_mode & 0o777 == 0o700
