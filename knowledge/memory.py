"""What people state and ask back: "remember that my sister's name is Mia", "what is my sister's name?".

>>> memory = Memory("memories.sqlite")  # doctest: +SKIP
>>> await memory.remember("ann@example.org", "my sister's name is Mia")  # doctest: +SKIP
>>> (await memory.recall("ann@example.org", "who is my sister?")).answer  # doctest: +SKIP
"Your sister's name is Mia."

Each person sees their own facts alone. Importing this loads neither the database nor the embedding model.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar

from knowledge.embedding import Embedder, embedder_named
from knowledge.errors import FactError, StoreError
from knowledge.perspective import address_speaker, as_sentence
from knowledge.recall import Asked, Known, Matcher
from knowledge.settings import KnowledgeSettings
from knowledge.statements import parse_statement

if TYPE_CHECKING:
    from knowledge.fact_store import Fact, FactStore, StoredFact

P = ParamSpec("P")
R = TypeVar("R")

_LONGEST = 2_000
_SURE = 0.5
_AS_SURE = 0.97
_MOST_ANSWERS = 3
_FORGET = re.compile(
    r"^(?:(?:please|can you|could you|would you)\s+)*(?:forget|delete|remove|erase)?\s*"
    r"(?P<all>(?:everything|all|anything|the facts?|what)\b(?:\s+(?:i|we)\s+(?:told|said to)\s+you)?"
    r"(?:\s+(?:that\s+)?you\s+(?:know|remember))?)?\s*(?:(?:about|of|on)\s+)?(?:that\s+)?(?P<about>.*?)[.!?\s]*$",
    re.IGNORECASE,
)
_SELF = frozenset({"", "me", "myself", "it", "it all"})


@dataclass(frozen=True, slots=True)
class Recall:
    """What is known of what was asked.

    Attributes:
        answer: A sentence to the person, such as "Your sister's name is Mia."; empty where nothing is known.
        facts: The facts it rests on; empty where nothing is known.
        confidence: From 0 to 1; below 0.5 there is no answer.
    """

    answer: str
    facts: "tuple[Fact, ...]"
    confidence: float


class Memory:
    """The facts of all persons.

    Args:
        url: SQLAlchemy URL, or the path of an SQLite file.
        settings: Names the embedding model and the time a call may take.
        embedder: An embedding model in place of the one that the settings name.
        clock: Gives the time in UTC.
    """

    def __init__(
        self,
        url: str | Path,
        *,
        settings: KnowledgeSettings | None = None,
        embedder: Embedder | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings or KnowledgeSettings()
        self._embedder = embedder or embedder_named(self._settings.embedding_model)
        self._matcher = Matcher(self._embedder)
        self._clock = clock
        self._where = url if isinstance(url, str) and "://" in url else Path(url)
        self._store: FactStore | None = None
        # One thread: calls follow one another, each a transaction of a few milliseconds.
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="memory")
        self._closed = False

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Open the database and bring its tables up to date; where that was done already, nothing happens.

        Raises:
            StoreError: It cannot be opened, or was closed here.
        """
        await self._in_thread(self._opened)

    async def warm(self) -> None:
        """Load the embedding model and open the database, so that the first call is as fast as the next."""
        await self._in_thread(self._embedder.load)
        await self.open()

    async def close(self) -> None:
        """Finish the calls on their way, then close the database."""
        if self._closed:
            return
        await self._in_thread(self._shut)
        self._closed = True
        self._executor.shutdown(wait=False)

    async def remember(self, owner: str, fact: str) -> "Fact":
        """Keep what a person stated; on return it is on disk.

        A newer value of the same thing takes the place of the older one, which is kept as history. What was said
        before in the same words is not kept twice.

        Args:
            owner: The person's bare JID.
            fact: The statement; "remember that" before it is taken off.

        Raises:
            FactError: It says nothing, or too much for one fact.
            StoreError: It could not be written.
        """
        text = _checked(fact, what="What should be remembered")
        return await self._in_thread(self._remember, owner, text)

    async def recall(self, owner: str, question: str) -> Recall:
        """Answer from what a person stated before.

        Args:
            owner: The person's bare JID.
            question: As they asked it.

        Raises:
            FactError: The question is empty or too long.
        """
        text = _checked(question, what="The question")
        return await self._in_thread(self._recall, owner, text)

    async def forget(self, owner: str, words: str) -> "list[Fact]":
        """Remove what a person wants forgotten, and the older values of it, for good.

        Args:
            owner: The person's bare JID.
            words: What to forget: "my sister's name", "that I prefer tea", "everything about Mia", "everything".

        Returns:
            The facts removed; empty where nothing known has all that the words name.
        """
        text = _checked(words, what="What should be forgotten")
        return await self._in_thread(self._forget, owner, text)

    async def facts(self, owner: str, *, superseded: bool = False) -> "tuple[Fact, ...]":
        """Give a person's facts, the newest first.

        Args:
            owner: The person's bare JID.
            superseded: Whether to give those too of which newer ones took the place.
        """
        stored = await self._in_thread(lambda: self._opened().facts(owner, superseded=superseded))
        return tuple(entry.fact for entry in stored)

    def _remember(self, owner: str, text: str) -> "Fact":
        from knowledge.fact_store import Fact, StoredFact, new_id

        store = self._opened()
        statement = parse_statement(text)
        fact = Fact(
            id=new_id(),
            owner=owner,
            text=statement.text,
            said_at=_to_milliseconds(self._clock()),
            subject=statement.subject,
            attribute=statement.attribute,
            value=statement.value,
        )
        vector = self._embedder.encode([statement.text])[0]
        return store.add(StoredFact(fact=fact, slot=statement.slot, model=self._embedder.name, vector=vector))

    def _recall(self, owner: str, question: str) -> Recall:
        entries = self._current(owner)
        scores = self._matcher.score(self._matcher.asked(question), [_known(entry) for entry in entries])
        best = max(scores, default=0.0)
        if best < _SURE:
            return Recall(answer="", facts=(), confidence=best)
        # `entries` has the newest first, and sorting keeps that order among equals.
        ranked = sorted(zip(scores, entries, strict=True), key=lambda pair: -pair[0])
        first = ranked[0][1].fact
        # Several things liked are one answer; two facts that are just as near are not.
        facts = [first] + [
            entry.fact
            for score, entry in ranked[1:]
            if score >= best * _AS_SURE
            and first.attribute
            and (entry.fact.subject, entry.fact.attribute) == (first.subject, first.attribute)
        ]
        facts = facts[:_MOST_ANSWERS]
        answer = " ".join(as_sentence(address_speaker(fact.text)) for fact in facts)
        return Recall(answer=answer, facts=tuple(facts), confidence=best)

    def _forget(self, owner: str, words: str) -> "list[Fact]":
        entries = self._current(owner)
        match = _FORGET.match(" ".join(words.split()))
        about = match["about"] if match else words
        if match and match["all"] and about.lower() in _SELF:
            chosen = list(entries)
        else:
            everything = bool(match and match["all"])
            chosen = self._meant(self._matcher.asked(parse_statement(about).text), entries, everything=everything)
        self._opened().remove(owner, [entry.fact.id for entry in chosen])
        return [entry.fact for entry in chosen]

    def _meant(self, asked: Asked, entries: "Sequence[StoredFact]", *, everything: bool) -> "list[StoredFact]":
        """Find the facts that have all that is named; unless all about it is meant, whose it is must agree too."""
        known = [_known(entry) for entry in entries]
        scores = self._matcher.score(asked, known)
        return [
            entry
            for entry, fact, score in zip(entries, known, scores, strict=True)
            if self._matcher.names(asked, fact) and (everything or score >= _SURE)
        ]

    def _current(self, owner: str) -> "tuple[StoredFact, ...]":
        """Give a person's facts; those embedded by another model are embedded anew first."""
        from knowledge.fact_store import with_vector

        store = self._opened()
        entries = store.facts(owner)
        stale = [entry for entry in entries if entry.model != self._embedder.name]
        if not stale:
            return entries
        vectors = self._embedder.encode([entry.fact.text for entry in stale])
        store.update_vectors(
            [
                with_vector(entry, model=self._embedder.name, vector=vector)
                for entry, vector in zip(stale, vectors, strict=True)
            ]
        )
        return store.facts(owner)

    def _opened(self) -> "FactStore":
        from knowledge.fact_store import FactStore

        if self._store is None:
            store = FactStore(self._where, timeout_s=self._settings.store_timeout_s)
            store.open()
            self._store = store
        return self._store

    def _shut(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    async def _in_thread(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._closed:
            raise StoreError("The memory is closed; make a new one to go on.")
        try:
            future = self._executor.submit(work, *args, **kwargs)
        except RuntimeError as error:
            raise StoreError("The memory is closed; make a new one to go on.") from error
        return await asyncio.wrap_future(future)


def _checked(text: str, *, what: str) -> str:
    if not any(map(str.isalnum, text)):
        raise FactError(f"{what} is empty; say it in a few words.")
    if len(text) > _LONGEST:
        raise FactError(f"{what} is longer than {_LONGEST} characters; say it shorter, or add it as a document.")
    # A lone surrogate is no UTF-8, and the database would refuse it.
    return text.encode("utf-8", "replace").decode()


def _to_milliseconds(moment: datetime) -> datetime:
    """Cut a time to what the database keeps, so that a fact is the same before and after."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def _known(entry: "StoredFact") -> Known:
    fact = entry.fact
    return Known(
        text=fact.text,
        subject=fact.subject,
        attribute=fact.attribute,
        value=fact.value,
        vector=entry.vector,
    )
