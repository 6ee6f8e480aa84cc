"""The actuator: the hands. Sums, code in a sandbox, files, and pages of the web."""

import time
from collections.abc import Iterable
from typing import Any, ClassVar

from actuation.arithmetic import can_evaluate, evaluate
from actuation.errors import ActuationError
from actuation.files import FileQuery, find_files
from actuation.folders import allowed_folders
from actuation.policy import Decision
from actuation.python_expressions import expression_to_python
from actuation.sandbox import Sandbox
from actuation.settings import WebMode
from actuation.web import fetch_page
from actuation.whereabouts import Whereabouts, whereabouts
from agents.base import AssistantAgent
from behaviours.outcomes import Fail, Refuse
from behaviours.services import Job, Service
from ontology.assistant import (
    Answer,
    AnswerQuestion,
    Calculate,
    Calculation,
    CodeOutcome,
    FileFound,
    FilesFound,
    FindFiles,
    ReadPage,
    RunCode,
    Source,
    Text,
)
from ontology.expressions import Bid, InternalError, UnsupportedFunction

_CALLED_SO = 0.5
"""Confidence that a file of that name is what somebody looks for; what they said themselves is surer."""
_PAGE_TEXT = 1500
"""Characters of a page that are shown in chat."""


class ActuatorAgent(AssistantAgent):
    """Does things on the person's machine, within what they allow."""

    kind: ClassVar[str] = "actuator"
    errors: ClassVar[tuple[type[Exception], ...]] = (ActuationError,)

    async def prepare(self) -> None:
        """Set up the sandbox; whether code can be held here is checked when it is first needed."""
        self._actuation = self.context.settings.actuation
        self._sandbox = Sandbox(self._actuation.sandbox)

    def skills(self) -> Iterable[Service[Any]]:
        """Offer exact arithmetic and, of the same action, the Python sandbox; code, files and pages."""
        return (
            Service(Calculate, self._calculate, self._bid_calculate, name="exact-arithmetic"),
            Service(Calculate, self._calculate_by_code, self._bid_by_code, name="sandbox-arithmetic"),
            Service(RunCode, self._run_code, self._bid_code, name="run-code"),
            Service(FindFiles, self._find_files, self._bid_files, name="find-files"),
            Service(AnswerQuestion, self._say_where, self._bid_where, name="file-places"),
            Service(ReadPage, self._read_page, self._bid_page, name="read-page"),
        )

    # -- sums

    async def _bid_calculate(self, act: Calculate) -> Bid:
        if not can_evaluate(act.expression):
            raise Refuse(UnsupportedFunction(function="calculate", explanation=self._not_a_sum(act)))
        return self.bid(seconds=0.002, confidence=0.99)

    async def _calculate(self, act: Calculate, _: Job) -> Calculation:
        result = evaluate(act.expression)
        return Calculation(expression=act.expression, value=result.text, exact=result.exact)

    async def _bid_by_code(self, act: Calculate) -> Bid:
        if self._code_for(act) is None:
            raise Refuse(UnsupportedFunction(function="calculate", explanation=self._not_a_sum(act)))
        await self._sandbox.check()
        return self.bid(seconds=0.2, confidence=0.9, cost=0.05)

    async def _calculate_by_code(self, act: Calculate, _: Job) -> Calculation:
        code = self._code_for(act)
        if code is None:
            raise Fail(InternalError(explanation=self._not_a_sum(act)))
        result = await self._sandbox.run_python(code)
        if result.problem or result.exit_status:
            said = result.problem or result.stderr.strip().rpartition("\n")[2]
            raise Fail(InternalError(explanation=f"The sum could not be worked out: {said}"))
        value = result.stdout.strip()
        # Whole numbers stay exact in Python, unless a function of floating point came in between.
        exact = value.removeprefix("-").isdecimal() and "import" not in code
        return Calculation(expression=act.expression, value=value, exact=exact)

    @staticmethod
    def _code_for(act: Calculate) -> str | None:
        if can_evaluate(act.expression):
            return expression_to_python(act.expression)
        return None

    @staticmethod
    def _not_a_sum(act: Calculate) -> str:
        try:
            evaluate(act.expression)
        except ActuationError as error:
            return str(error)
        return f"I cannot read “{act.expression}” as a sum."

    # -- code

    async def _bid_code(self, _: RunCode) -> Bid:
        await self._sandbox.check()
        return self.bid(seconds=0.5, confidence=0.95, cost=0.05)

    async def _run_code(self, act: RunCode, _: Job) -> CodeOutcome:
        await self.consent(act.owner, act, "May I run this code in the sandbox?")
        result = await self._sandbox.run_python(act.code)
        return CodeOutcome(
            stdout=result.stdout,
            stderr=result.stderr,
            exit_status=result.exit_status,
            problem=result.problem,
        )

    # -- files

    async def _bid_files(self, _: FindFiles) -> Bid:
        return self.bid(seconds=0.5, confidence=0.9)

    async def _find_files(self, act: FindFiles, _: Job) -> FilesFound:
        await self.consent(act.owner, act, "May I look through your files?")
        settings = self._actuation.files
        query = FileQuery(
            kind=act.kind,
            words=tuple(act.name.split()) if act.name else (),
            folders=(act.folder,) if act.folder else (),
            changed_after=act.changed_after,
            changed_before=act.changed_before,
            limit=act.limit,
        )
        found = await find_files(
            query, allowed=allowed_folders(settings.folders), settings=settings, clock=time.monotonic
        )
        return FilesFound(
            items=tuple(FileFound(path=str(f.path), changed=f.changed, size=f.size) for f in found.files),
            folders=tuple(str(folder) for folder in found.folders),
            complete=found.complete,
        )

    # -- where something is, where a file is called so: looked up in order to bid, as all answers are

    async def _bid_where(self, act: AnswerQuestion) -> Bid:
        await self._where(act)
        return self.bid(seconds=0.2, confidence=_CALLED_SO)

    async def _say_where(self, act: AnswerQuestion, _: Job) -> Answer:
        found = await self._where(act)
        lines = [str(path) for path in found.paths]
        text = f"There is a file called so: {lines[0]}" if len(lines) == 1 else "There are files called so:"
        sources = tuple(Source(title=path.name, location=str(path)) for path in found.paths)
        listed = "".join(f"\n- {line}" for line in lines) if len(lines) > 1 else ""
        return Answer(text=text + listed, sources=sources, confidence=_CALLED_SO)

    async def _where(self, act: AnswerQuestion) -> Whereabouts:
        files = self._actuation.files
        may_look = (
            self._actuation.policy.decide_all(FindFiles.effects) is Decision.ALLOW
        )  # no person is asked for a bid
        if act.about == "anything" and may_look:
            found = await whereabouts(act.question, allowed=allowed_folders(files.folders), settings=files)
            if found is not None:
                return found
        raise Refuse(UnsupportedFunction(function="answer-question"))

    # -- the web

    async def _bid_page(self, _: ReadPage) -> Bid:
        return self.bid(seconds=2, confidence=0.8, cost=0.1)

    async def _read_page(self, act: ReadPage, _: Job) -> Text:
        web = self._actuation.web
        if web.mode is not WebMode.OFF:  # then nobody is bothered: fetching says that it is off
            await self.consent(act.owner, act, f"May I open {act.url}?", always=web.mode is WebMode.ASK)
        page = await fetch_page(act.url, settings=web, approved=True)
        shown = page.text[:_PAGE_TEXT].rstrip() + (" ..." if len(page.text) > _PAGE_TEXT else "")
        return Text(
            text=f"{page.title}\n{shown}".strip(),
            sources=(Source(title=page.title or page.url, location=page.url),),
        )
