"""How an agent tells the operator what it has said and heard: page by page, and without secrets."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from xml.sax.saxutils import escape

from behaviours.outcomes import Refuse
from behaviours.services import Job, Service
from ontology.content import Ontology
from ontology.expressions import Unauthorised
from ontology.observation import ListMessages, Parameter, SeenMessage, SeenMessages
from ontology.secrets import Mask
from xmpp.recorder import Record, Recorder

_PAGE: Final = 80_000
"""Bytes that a page may take on the wire before it ends; with one message more it still fits into a stanza."""
_LONGEST: Final = 300
"""Characters that are told of any one text but the content."""
_MANY: Final = 10
"""How many user-defined parameters, and twice as many receivers, are told of one message."""
_OVERHEAD: Final = 1500
"""Bytes that a message takes on the wire beside its texts, at most about."""


class Observation:
    """Answers the operator's :class:`ontology.observation.ListMessages`, and nobody else's.

    Args:
        recorder: has seen the messages.
        operator: the name of the platform's operator.
        ontologies: the vocabularies that say what is secret.
    """

    def __init__(self, recorder: Recorder, operator: str, ontologies: Iterable[Ontology]) -> None:
        self._recorder = recorder
        self._operator = operator
        self._mask = Mask(ontologies)

    def service(self) -> Service[ListMessages]:
        """Return the service by which the agent tells."""
        return Service(ListMessages, self._tell)

    async def _tell(self, act: ListMessages, job: Job) -> SeenMessages:
        if job.requester.name != self._operator:
            raise Refuse(Unauthorised(explanation="I tell what I have said and heard to the operator alone."))
        if act.wait:
            await self._recorder.news(act.after, timeout=act.wait)
        return self.page(act)

    def page(self, act: ListMessages) -> SeenMessages:
        """Return the messages that are wanted, as many as fit into one answer."""
        records = list(self._recorder.since(0 if act.newest is not None else act.after))
        if act.conversation is not None:
            records = [record for record in records if record.message.conversation_id == act.conversation]
        if act.newest is not None:
            records = records[len(records) - min(act.newest, len(records)) :]
        items: list[SeenMessage] = []
        room = _PAGE
        for record in records:
            if room <= 0:
                return SeenMessages(items=tuple(items), last=items[-1].number, more=True)
            items.append(seen_message(record, self._mask))
            room -= _size(items[-1])
        return SeenMessages(items=tuple(items), last=self._recorder.last)


def seen_message(record: Record, mask: Mask) -> SeenMessage:
    """Return a record as it is shown: without secrets, and with long texts cut."""
    message = record.message
    values = {
        "reply_by": message.reply_by,
        "content": None if message.content is None else mask(message.content),
        "parameters": tuple(
            Parameter(name=_short(name), value=mask(_short(value)))
            for name, value in islice(message.user_defined.items(), _MANY)
        ),
        "role": record.role,
        "before": record.before,
        "after": record.after,
    }
    for slot in ("protocol", "conversation_id", "reply_with", "in_reply_to", "language", "ontology"):
        values[slot] = _short(getattr(message, slot))
    return SeenMessage(
        number=record.number,
        seen=datetime.fromtimestamp(record.wall, UTC),
        direction="said" if record.said else "heard",
        performative=message.performative.value,
        sender=_short(message.sender.name),
        receivers=tuple(_short(receiver.name) for receiver in message.receivers[: 2 * _MANY]),
        size=record.size,
        taken=record.taken,
        **{slot: value for slot, value in values.items() if value not in (None, "", ())},
    )


def _short(text: str | None) -> str:
    return "" if text is None else text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _size(message: SeenMessage) -> int:
    """Return how many bytes a message takes within an answer, about: its texts as JSON, as XML."""
    texts = (message.content, message.conversation_id, message.reply_with, message.in_reply_to, message.protocol,
             *message.receivers, *(each.value for each in message.parameters))  # fmt: skip
    said = json.dumps([text for text in texts if text], ensure_ascii=False)
    return _OVERHEAD + len(escape(said, {'"': "&quot;"}).encode(errors="replace"))
