"""The knowledge agent: what is known, from documents and from what people asked to remember.

Passages of documents and remembered facts both answer questions. Where both are offered, by two agents, each bids
with the confidence of the answer it has found, so that the better founded one is given.
"""

from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Final

from agents.base import AssistantAgent
from agents.places import documents_uri, memories_url
from behaviours.outcomes import Fail, Refuse
from behaviours.services import Job, Service
from knowledge.documents import Documents
from knowledge.errors import KnowledgeError
from knowledge.memory import Memory
from ontology.assistant import (
    Answer,
    AnswerQuestion,
    FactRemembered,
    FactsForgotten,
    ForgetFact,
    IngestDocuments,
    IngestedFile,
    IngestReport,
    Passage,
    Passages,
    RememberFact,
    RetrievePassages,
    Source,
)
from ontology.content import AgentAction
from ontology.expressions import Bid, InternalError, Reason
from xmpp.operator import NAME as OPERATOR

_ANSWERS_KEPT: Final = 64
_ELSEWHERE: Final = 0.8
"""By how much an answer counts that is not from where the person expects it."""

_AT_LARGE: Final = 0.9
"""How sure a passage must be for a question that may be about anything: its topic alone often occurs somewhere."""


class KnowledgeAgent(AssistantAgent):
    """Keeps documents and memories, and answers from them."""

    kind: ClassVar[str] = "knowledge"
    errors: ClassVar[tuple[type[Exception], ...]] = (KnowledgeError,)

    async def prepare(self) -> None:
        """Open the stores of what this agent offers, and no others: a Milvus file opens in one process only."""
        settings = self.context.settings.knowledge
        self._found: OrderedDict[AnswerQuestion, Answer] = OrderedDict()
        self._documents: Documents | None = None
        self._memory: Memory | None = None
        if self._offers("document-passages", "retrieve-passages", "ingest-documents"):
            self._documents = Documents(documents_uri(settings, self.context.data), settings=settings)
            await self._documents.warm()
        if self._offers("remembered-facts", "remember-fact", "forget-fact"):
            self._memory = Memory(memories_url(settings, self.context.data), settings=settings)
            await self._memory.warm()

    async def release(self) -> None:
        """Close the stores."""
        for store in (getattr(self, "_documents", None), getattr(self, "_memory", None)):
            if store is not None:
                await store.close()

    def skills(self) -> Iterable[Service[Any]]:
        """Offer answers from documents and, of the same action, from memories; and the care of both."""
        return (
            Service(AnswerQuestion, self._answer, self._bid_passages, name="document-passages"),
            Service(AnswerQuestion, self._answer, self._bid_facts, name="remembered-facts"),
            Service(RetrievePassages, self._retrieve, self._bid, name="retrieve-passages"),
            Service(IngestDocuments, self._ingest, self._bid_ingest, name="ingest-documents"),
            Service(RememberFact, self._remember, self._bid, name="remember-fact"),
            Service(ForgetFact, self._forget, self._bid, name="forget-fact"),
        )

    def _offers(self, *names: str) -> bool:
        offers = self.context.offers
        return offers is None or not offers.isdisjoint(names)

    async def _bid(self, _: AgentAction) -> Bid:
        return self.bid(seconds=0.05, confidence=0.95)

    # -- answers: they are found in order to bid, and kept for the award

    async def _bid_passages(self, act: AnswerQuestion) -> Bid:
        assert self._documents is not None
        found = await self._documents.answer(act.question)
        if not found.text or (act.about == "anything" and found.confidence < _AT_LARGE):
            raise Refuse(_nothing(act, "documents", "Your documents do not say."))
        sources = tuple(
            Source(title=p.source.name, location=str(p.source), page=p.page, score=round(p.score, 3))
            for p in found.passages[:1]
        )
        return self._bid_answer(act, Answer(text=found.text, sources=sources, confidence=found.confidence), "documents")

    async def _bid_facts(self, act: AnswerQuestion) -> Bid:
        assert self._memory is not None
        found = await self._memory.recall(act.owner, act.question)
        if not found.answer:
            raise Refuse(_nothing(act, "person", "I don't know that. Tell me, and I'll remember it."))
        sources = tuple(Source(title="what you told me", location="memory") for _ in found.facts[:1])
        return self._bid_answer(act, Answer(text=found.answer, sources=sources, confidence=found.confidence), "person")

    def _bid_answer(self, act: AnswerQuestion, answer: Answer, about: str) -> Bid:
        self._found[act] = answer
        if len(self._found) > _ANSWERS_KEPT:
            self._found.popitem(last=False)
        expected = act.about in {about, "anything"}
        return self.bid(seconds=0.05, confidence=answer.confidence * (1 if expected else _ELSEWHERE))

    async def _answer(self, act: AnswerQuestion, _: Job) -> Answer:
        if act not in self._found:
            if self._offers("document-passages") and self._documents is not None:
                await self._bid_passages(act)
            else:
                await self._bid_facts(act)
        return self._found.pop(act)

    async def _retrieve(self, act: RetrievePassages, _: Job) -> Passages:
        assert self._documents is not None
        found = await self._documents.retrieve(act.question, limit=act.limit)
        return Passages(
            items=tuple(
                Passage(
                    text=p.text,
                    source=str(p.source),
                    title=p.title,
                    page=p.page,
                    heading=p.heading,
                    score=round(p.score, 4),
                )
                for p in found
            )
        )

    # -- care of documents and memories

    async def _bid_ingest(self, act: IngestDocuments) -> Bid:
        return self.bid(seconds=0.5 * len(act.paths), confidence=0.9)

    async def _ingest(self, act: IngestDocuments, job: Job) -> IngestReport:
        assert self._documents is not None
        await self.consent(act.owner, act, f"May I read {', '.join(act.paths)[:200]}?")
        paths, anywhere = self._paths(act, job)
        report = await self._documents.ingest(paths, owner=act.owner, anywhere=anywhere)
        return IngestReport(
            files=tuple(
                IngestedFile(
                    path=str(file.path),
                    outcome=file.outcome.value,
                    problem=file.sentence if file.outcome == "failed" else None,
                )
                for file in report.files
            )
        )

    def _paths(self, act: IngestDocuments, job: Job) -> tuple[list[Path], bool]:
        """Return the paths to read, and whether they may lie anywhere.

        Paths in a person's message stay within the folders that are set; what came through our own inbox, and what
        the owner names on the command line, need not lie there.
        """
        inbox = (self.context.data / "inbox").resolve()
        paths = [Path(path).expanduser() for path in act.paths]
        from_owner = job.requester.name.partition("@")[0] == OPERATOR
        return paths, from_owner or all(path.resolve().is_relative_to(inbox) for path in paths)

    async def _remember(self, act: RememberFact, _: Job) -> FactRemembered:
        assert self._memory is not None
        await self.consent(act.owner, act, f"May I remember “{act.fact}”?")
        before = {fact.id: fact for fact in await self._memory.facts(act.owner)}
        kept = await self._memory.remember(act.owner, act.fact)
        current = {fact.id for fact in await self._memory.facts(act.owner)}
        replaced = tuple(fact.text for fact_id, fact in before.items() if fact_id not in current)
        return FactRemembered(fact=kept.text, replaced=replaced)

    async def _forget(self, act: ForgetFact, _: Job) -> FactsForgotten:
        assert self._memory is not None
        await self.consent(act.owner, act, f"May I forget “{act.fact}”?")
        gone = await self._memory.forget(act.owner, act.fact)
        if not gone:
            raise Fail(InternalError(explanation="I know nothing of that, so there is nothing to forget."))
        return FactsForgotten(facts=tuple(fact.text for fact in gone))


def _nothing(act: AnswerQuestion, about: str, explanation: str) -> Reason:
    """Return the reason for having no answer; only who was expected to have one says it."""
    return InternalError(explanation=explanation if act.about == about else "")
