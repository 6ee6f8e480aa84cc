"""Understanding as a whole: Rasa where it runs, the rule parser until then and in between.

Whichever is at work, the same comes out: turns of a conversation, or readings of a text on its own.

=============================================================  ==========================================
a message                                                      is taken by
=============================================================  ==========================================
that corrects the reminder set last, where nothing is asked    the rule parser
that answers a question of the rule parser                     the rule parser
that comes between a question of Rasa and its answer           the rule parser; the question stays open
of several wishes ("remind me at 5 and find my notes")         the rule parser, clause by clause
while Rasa is down, or slower than its deadline                the rule parser
that Rasa finds unclear, and the rule parser does not          the rule parser
in which Rasa finds nothing to do, and the rule parser does    the rule parser
any other                                                      Rasa
=============================================================  ==========================================
"""

import asyncio
import logging
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from nlu import training
from nlu.action_server import ActionServer
from nlu.clauses import split_clauses
from nlu.corrections import corrected, corrected_words
from nlu.errors import NluSetupError, NluUnavailable
from nlu.rasa_client import RasaAddress, RasaClient, RasaInterpreter, RasaReader
from nlu.rasa_process import RasaProcess, kept_address
from nlu.readings import Intent, Reading, Turn
from nlu.rule_interpreter import RuleInterpreter
from nlu.rules import RuleReader
from nlu.second_opinion import BETWEEN, PLAIN, REFUSALS, complete, exact, is_plain, is_unclear, leaves, named
from nlu.settings import NluSettings
from nlu.times import is_impossible
from ontology.assistant import Reminder

logger = logging.getLogger(__name__)

_SURE: Final = 0.6


class Understanding:
    """The face of the library.

    Args:
        settings: where Rasa is, and how sure a reading must be.
        folder: where what is needed at run time is kept; made if need be.
        use_rasa: whether Rasa is used at all.
        own_rasa: whether it may be started; otherwise only one that runs already is used.
    """

    def __init__(self, settings: NluSettings, *, folder: Path, use_rasa: bool, own_rasa: bool = True) -> None:
        self._settings = settings
        self._folder = folder
        self._use_rasa = use_rasa
        self._own_rasa = own_rasa
        self._rules = RuleReader()
        self._by_rules = RuleInterpreter(reader=self._rules)
        self._asked_by_rules: set[str] = set()
        self._begun: dict[str, str] = {}  # by person: what Rasa's open form was begun for
        self._actions: ActionServer | None = None
        self._process: RasaProcess | None = None
        self._clients: dict[RasaAddress, RasaClient] = {}
        self._interpreters: dict[RasaAddress, RasaInterpreter] = {}
        self._external: RasaAddress | None = None

    @classmethod
    def for_reading(cls, settings: NluSettings, *, folder: Path) -> "Understanding":
        """Return one that reads texts with what runs already, and starts nothing."""
        return cls(settings, folder=folder, use_rasa=True, own_rasa=False)

    @property
    def actions_url(self) -> str | None:
        """Where Rasa's custom actions are served, if they are."""
        return self._actions.url if self._actions is not None else None

    @property
    def nlu_url(self) -> str | None:
        """Where Rasa answers, or will when it has started; None where it is not used."""
        if self._process is not None:
            return self._process.address.url
        return self._external.url if self._external is not None else None

    async def start(self) -> None:
        """Load the rule parser, and begin to start Rasa, which takes over when it is ready."""
        await self._rules.load()
        if not self._use_rasa:
            return
        if self._settings.url is not None:
            self._external = RasaAddress(self._settings.url, os.environ.get(self._settings.token_env, ""))
        elif not self._own_rasa:
            self._external = await asyncio.to_thread(kept_address, self._folder)
        if self._own_rasa:
            await self._start_actions()

    async def stop(self) -> None:
        """End what was started."""
        if self._process is not None:
            await self._process.stop()
        for client in self._clients.values():
            await client.close()
        if self._actions is not None:
            await self._actions.stop()

    async def _start_actions(self) -> None:
        settings = self._settings
        token = os.environ.get(settings.action_token_env, "") if settings.url else ""
        token = token or secrets.token_urlsafe(32)
        self._actions = ActionServer(token=token, host=settings.action_host, port=settings.action_port)
        await self._actions.start()
        if settings.url is not None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._process = RasaProcess(
                python=training.PYTHON,
                project=training.PROJECT,
                model=training.model_path(training.PROJECT),
                folder=self._folder,
                action_url=self._actions.url,
                action_token=token,
                start_seconds=settings.start_seconds,
            )
        except NluSetupError as error:
            logger.warning("%s", error)
            return
        self._process.start()

    # -- conversations

    def yes_or_no(self, text: str, *, now: datetime, zone: ZoneInfo) -> bool | None:
        """Return what a short answer says: yes, no, or neither (None)."""
        reading = self._rules.read_sync(text, now=now, zone=zone)
        if reading.confidence < _SURE:
            return None
        return {Intent.AFFIRM: True, Intent.DENY: False}.get(reading.intent)

    async def turn(
        self, person: str, text: str, *, now: datetime, zone: ZoneInfo, last: Reminder | None = None
    ) -> Turn:
        """Take one message of a person.

        Args:
            person: their bare JID.
            text: the message.
            now: when it was said.
            zone: where the person is.
            last: the reminder that they set last, which this message may correct.
        """
        rasa = self._interpreter()
        is_asked = person in self._asked_by_rules or (rasa is not None and rasa.asked(person) is not None)
        if last is not None and not is_asked:
            right = await asyncio.to_thread(corrected, text, last, reader=self._rules, now=now, zone=zone)
            if right is not None:
                return Turn(readings=(right,))
        if rasa is None or person in self._asked_by_rules or await self._has_clauses(text, now, zone):
            return await self._turn_by_rules(person, text, now, zone)
        plain = await self._rules.read(text, now=now, zone=zone)
        if any(is_impossible(time) for time in plain.times):
            return await self._turn_by_rules(person, text, now, zone)  # it says which day or hour there is not
        try:
            if rasa.asked(person) is None:
                return await self._fresh_turn(rasa, person, text, plain, now=now, zone=zone)
            return await self._answering_turn(rasa, person, text, plain, now=now, zone=zone)
        except NluUnavailable as error:
            logger.warning("the rule parser takes a message: %s", error)
            return await self._turn_by_rules(person, text, now, zone)

    async def _fresh_turn(
        self, rasa: RasaInterpreter, person: str, text: str, plain: Reading, *, now: datetime, zone: ZoneInfo
    ) -> Turn:
        """Take a message where no question of Rasa is open."""
        turn = await rasa.turn(person, text, now=now, zone=zone)
        if turn.asking:
            if is_plain(plain) and not plain.missing():
                await rasa.forget(person)  # what it asks for was said
                return await self._turn_by_rules(person, text, now, zone)
            self._begun[person] = plain.slots.get("what", "")
            return named(turn, plain)
        shrugged = not turn.readings and (not turn.say or is_plain(plain))
        if shrugged or self._is_unclear(turn, plain):
            return await self._turn_by_rules(person, complete(text, turn), now, zone)
        return named(exact(turn, plain), plain)

    async def _answering_turn(
        self, rasa: RasaInterpreter, person: str, text: str, plain: Reading, *, now: datetime, zone: ZoneInfo
    ) -> Turn:
        """Take a message where Rasa has asked something, to which it is an answer or not."""
        asked, begun = rasa.asked(person), self._begun.get(person)
        if asked == "when" and begun:
            what = await asyncio.to_thread(corrected_words, text, begun, reader=self._rules, now=now, zone=zone)
            if what is not None:
                await rasa.forget(person)
                return await self._turn_by_rules(person, f"remind me to {what}", now, zone)
        if asked is not None and leaves(plain, text, asked):
            if plain.intent not in BETWEEN:
                await rasa.forget(person)
            if plain.intent in REFUSALS:
                return Turn(say=("All right, I leave it.",), intent=plain.intent)
            return await self._turn_by_rules(person, text, now, zone)
        turn = await rasa.turn(person, text, now=now, zone=zone)
        if turn.asking:
            return named(turn, plain)
        # What an answer to a question means, the question settles.
        if (not turn.readings and not turn.say) or self._is_unclear(turn, None):
            return await self._turn_by_rules(person, complete(text, turn), now, zone)
        return named(turn, plain)

    def _is_unclear(self, turn: Turn, plain: Reading | None) -> bool:
        least = self._settings.least_confidence
        return any(is_unclear(reading, plain, least=least) for reading in turn.readings)

    async def _turn_by_rules(self, person: str, text: str, now: datetime, zone: ZoneInfo) -> Turn:
        turn = await self._by_rules.turn(person, text, now=now, zone=zone)
        if turn.asking:
            self._asked_by_rules.add(person)
        else:
            self._asked_by_rules.discard(person)
        return turn

    async def _has_clauses(self, text: str, now: datetime, zone: ZoneInfo) -> bool:
        return len(await self._clauses(text, now, zone)) > 1

    async def _clauses(self, text: str, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
        def read(piece: str) -> Reading:
            return self._rules.read_sync(piece, now=now, zone=zone)

        return await asyncio.to_thread(split_clauses, text, read)

    # -- texts on their own

    async def read(self, text: str, *, now: datetime, zone: ZoneInfo) -> Reading:
        """Return the likeliest reading of a text, without side effects."""
        client = self._client()
        by_rules = await self._rules.read(text, now=now, zone=zone)
        if client is None:
            return by_rules
        try:
            by_rasa = await RasaReader(client).read(text, now=now, zone=zone)
        except NluUnavailable:
            return by_rules
        unclear = is_unclear(by_rasa, by_rules, least=self._settings.least_confidence)
        return by_rules if unclear and by_rules.confidence >= PLAIN else by_rasa

    async def readings(self, text: str, *, now: datetime, zone: ZoneInfo) -> tuple[Reading, ...]:
        """Return the readings of all wishes in a text, in order."""
        clauses = await self._clauses(text, now, zone)
        if len(clauses) == 1:
            return (await self.read(text, now=now, zone=zone),)
        return tuple([await self._rules.read(clause, now=now, zone=zone) for clause in clauses])

    # -- Rasa

    def _rasa(self) -> RasaAddress | None:
        """Return where Rasa answers at present, as far as that is known."""
        if self._process is not None:
            return self._process.address if self._process.ready.is_set() else None
        return self._external

    def _interpreter(self) -> RasaInterpreter | None:
        client, address = self._client(), self._rasa()
        if client is None or address is None or self._actions is None:
            return None
        if address not in self._interpreters:
            self._interpreters[address] = RasaInterpreter(client, self._actions)
        return self._interpreters[address]

    def _client(self) -> RasaClient | None:
        address = self._rasa()
        if address is None:
            return None
        if address not in self._clients:
            self._clients[address] = RasaClient(address, timeout=self._settings.turn_seconds)
        return self._clients[address]
