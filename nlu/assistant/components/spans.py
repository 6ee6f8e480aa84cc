"""Puts the entities in order: whole spans, and those that a pattern finds better than a learned model.

DIET labels word by word, so one phrase may come back in two pieces, or without the symbols that its tokens
leave out. Per entity type:

==========================  ============================================================================
fact, which, ...            pieces are joined to one span, from the first to the last of them
what                        the same, where components/reminders.py finds none
when                        pieces are listed one behind the other ("tomorrow" ... "at 9" -> "tomorrow at 9")
expression                  a formula in the text; DIET's span, widened by the symbols at its ends, otherwise
which                       DIET's span; where it found none: "all", a number, or "the last"
url                         web addresses; DIET's span is not used
path                        file names and folders; DIET's span where no pattern matches
code                        what stands in backticks, behind a colon, or behind "run" and looks like code
==========================  ============================================================================
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.reminders import what_and_when

Entity = Dict[Text, Any]

URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'`]+"
    r"|(?<![\w@/.])(?:[a-z0-9-]+\.)+(?:com|org|net|io|de|uk|eu|info|dev|edu|gov|fr|at|ch|cz|it|es|nl)\b(?:/[^\s<>\"'`]*)?",
    re.IGNORECASE,
)
PATH = re.compile(
    r"\"[^\"\n]*[./\\][^\"\n]*\"|'[^'\n]*[./\\][^'\n]*'"
    r"|(?<![\w:/])(?:~|\.{1,2})?/[^\s,;\"'`]*[^\s,;.?!:\"'`]"
    r"|\b[A-Za-z]:[\\/][^\s,;\"'`]+[^\s,;.?!\"'`]"
    r"|(?<![\w/])(?:[\w-]+/)+[\w.*-]*\w"
    r"|(?<![\w/])[\w-][\w.-]*\.(?:pdf|md|markdown|txt|html?|docx?|odt|rtf|csv|xlsx?|pptx?|epub|json|png|jpe?g|log|py)\b",
    re.IGNORECASE,
)
NUMBER = r"\d[\d.,_]*(?:e[+-]?\d+)?"
FORMULA = re.compile(
    rf"(?:(?:sqrt|sin|cos|tan|log|ln|exp|abs|round|min|max)\s*\(|[(\-+]\s*)*{NUMBER}(?:\s*[%!)])*"
    rf"(?:\s*(?:\*\*|//|[-+*/x\u00d7\u00f7^%])\s*(?:(?:sqrt|sin|cos|tan|log|ln|exp|abs)\s*\(|[(\-+]\s*)*{NUMBER}(?:\s*[%!)])*)+",
    re.IGNORECASE,
)
CODE_MARKS = re.compile(
    r"\bprint\s*\(|\w\(.*\)|^\s*(?:import|from|def|for|while|if|class|with)\b.*|;|\w\s*=\s*\S|\w\[.*\]|\blambda\b",
    re.DOTALL,
)
FENCE = re.compile(r"```(?:[a-zA-Z0-9]*[ \t]*\n)?(.*?)(?:```|$)", re.DOTALL)
TICKS = re.compile(r"`([^`]+)`")
AFTER_COLON = re.compile(
    r"^[^:\n(=]{0,80}\b(?:run|execute|try|python|code|script|snippet|eval|evaluate|print|prints|sandbox|function|test)\b"
    r"[^:\n(=]{0,40}:\s*(?P<code>\S.*)$",
    re.DOTALL | re.IGNORECASE,
)
CARRIER = re.compile(
    r"^(?:.{0,40}?\b)?(?:run|execute|try|eval|evaluate|(?:out)?put\s+of|what\s+does)\s+"
    r"(?:(?:this|the|following|my|piece|of|python|code|script|snippet|in)\b\s*)*(?P<code>\S.*?)"
    r"(?:\s+(?:print|return|output|evaluate\s+to)s?)?\s*\??$",
    re.DOTALL | re.IGNORECASE,
)
WHICH = re.compile(
    r"\b(?P<all>all|every)\b|\b(?:reminder|number|no\.?|timer|alarm)\s+#?(?P<index>\d+)\b"
    r"|\bthe\s+(?P<nth>first|second|third|fourth|fifth|last|latest|newest|next)\b",
    re.IGNORECASE,
)
CORNER = re.compile(r"\b(?:top|bottom|upper|lower)[ -](?:left|right)\b", re.IGNORECASE)
PART = re.compile(
    r"\b(?:error(?:\s+message)?|window|dialog(?:ue)?(?:\s+box)?|pop-?up|alert|notification|warning|button|menu|title|terminal)\b",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"\bin\s+(?P<place>[^\W\d][\w.'-]*(?:\s+(?!right|now|please|today|at)[^\W\d][\w.'-]*){0,2})", re.IGNORECASE
)
FACT_TAIL = re.compile(
    r"[\s,.;]*(?:\b(?:and\s+)?(?:please|pls|thanks|thank\s+you|ok|(?:remember|note|save)\s+(?:that|this|it)"
    r"|keep\s+(?:that|it)\s+in\s+mind|don'?t\s+forget(?:\s+(?:it|that))?|(?:make|take)\s+a\s+note(?:\s+of\s+(?:that|it))?"
    r"|write\s+(?:that|it)\s+down)\b[\s,.!]*)*[\s.!]*$",
    re.IGNORECASE,
)
LISTED = frozenset({"when"})
SEPARATE = frozenset({"kind", "name", "folder"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Spans(GraphComponent):
    """The pipeline component; see the module's text."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Spans:
        """Create the component. It has no options and keeps nothing."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Replace the entities of each message."""
        for message in messages:
            intent = (message.get(INTENT) or {}).get("name") or ""
            entities = in_order(message.get(TEXT) or "", intent, message.get(ENTITIES) or [])
            message.set(ENTITIES, entities, add_to_output=True)
        return messages


def in_order(text: Text, intent: Text, found: List[Entity]) -> List[Entity]:
    """Return the entities of ``text``, one for each type but for those that may stand for several things."""
    result: List[Entity] = []
    kinds = sorted({entity["entity"] for entity in found} - {"url", "code"})
    for kind in kinds:
        pieces = sorted((e for e in found if e["entity"] == kind), key=lambda e: e["start"])
        if kind == "expression":
            continue
        if kind == "path" and PATH.search(text):
            continue
        if kind in SEPARATE:
            result += [_entity(text, kind, piece["start"], piece["end"]) for piece in pieces]
            for entity in result:
                if entity["entity"] == "kind":  # "markdown files" are of the kind markdown
                    entity["value"] = re.sub(r"\s+(?:files?|documents?)$", "", entity["value"], flags=re.IGNORECASE)
        elif kind in LISTED:
            result.append(_listed(text, kind, pieces))
        else:
            result.append(_entity(text, kind, pieces[0]["start"], pieces[-1]["end"]))
    result += _patterns(text, intent, found)
    _mend(text, intent, result)
    if intent == "set_reminder":
        for kind, span in what_and_when(text).items():
            result = [entity for entity in result if entity["entity"] != kind]
            result.append({"entity": kind, "extractor": "Spans", **span})
    return result


def _mend(text: Text, intent: Text, entities: List[Entity]) -> None:
    """Complete, in place, what the model cut short or missed of a fact, a place and a part of the screen."""
    kinds = {entity["entity"] for entity in entities}
    if intent == "remember_fact":
        for index, entity in enumerate(entities):
            tail = FACT_TAIL.search(text, entity["end"])
            if entity["entity"] == "fact" and tail:  # a fact goes on to the end of what is said
                entities[index] = _entity(text, "fact", entity["start"], max(entity["end"], tail.start()))
    if intent == "ask_time" and "place" not in kinds:
        place = PLACE.search(text)
        if place:
            entities.append(_entity(text, "place", *place.span("place")))
    if intent == "read_screen":
        corner = CORNER.search(text)
        part = corner or (None if "region" in kinds else PART.search(text))
        if part:
            entities[:] = [entity for entity in entities if entity["entity"] != "region"]
            entities.append(_entity(text, "region", *part.span()))


def _patterns(text: Text, intent: Text, found: List[Entity]) -> List[Entity]:
    result: List[Entity] = []
    for match in URL.finditer(text):
        end = match.start() + len(match.group().rstrip(".,;:!?)"))
        result.append(_entity(text, "url", match.start(), end))
    if intent == "ingest":
        for match in PATH.finditer(text):
            entity = _entity(text, "path", match.start(), match.end())
            entity["value"] = entity["value"].strip("\"'")
            result.append(entity)
    if intent == "run_code":
        code = find_code(text)
        if code:
            start = text.find(code)
            result.append({**_entity(text, "code", start, start + len(code)), "value": code})
    if intent == "cancel_reminder" and not any(e["entity"] == "which" for e in found):
        match = WHICH.search(text)
        if match and match.lastgroup:
            result.append(_entity(text, "which", *match.span(match.lastgroup)))
    expression = _expression(text, [e for e in found if e["entity"] == "expression"])
    if expression and intent in ("calculate", "inform", "nlu_fallback", "out_of_scope"):
        result.append(expression)
    return result


def _expression(text: Text, pieces: List[Entity]) -> Optional[Entity]:
    """Return the longer of a formula in the text and what DIET took for one."""
    formula = max(FORMULA.finditer(text), key=lambda match: len(match.group()), default=None)
    start, end = (formula.start(), formula.end()) if formula else (-1, -1)
    if pieces:
        low, high = min(e["start"] for e in pieces), max(e["end"] for e in pieces)
        if not formula or high - low > end - start:
            start, end = (min(low, start), max(high, end)) if formula else (low, high)
    if start < 0:
        return None
    while start > 0 and text[start - 1] in "(-":
        start -= 1
    while end < len(text) and text[end] in "%)!":
        end += 1
    return _entity(text, "expression", start, end)


def find_code(text: Text) -> Optional[Text]:
    """Return the program in ``text``, or ``None`` where nothing in it looks like one."""
    fenced = FENCE.search(text) or TICKS.search(text)
    if fenced and fenced.group(1).strip():
        return fenced.group(1).strip("\n").rstrip()
    for pattern in (AFTER_COLON, CARRIER):
        match = pattern.match(text.strip())
        if match and CODE_MARKS.search(match.group("code")):
            return match.group("code").rstrip()
    return text.strip() if CODE_MARKS.search(text) else None


def _entity(text: Text, kind: Text, start: int, end: int) -> Entity:
    return {"entity": kind, "start": start, "end": end, "value": text[start:end], "extractor": "Spans"}


def _listed(text: Text, kind: Text, pieces: List[Entity]) -> Entity:
    entity = _entity(text, kind, pieces[0]["start"], pieces[-1]["end"])
    parts: List[Text] = []
    last = None
    for piece in pieces:
        # Two pieces with nothing but a word or a comma between them are one phrase.
        between = text[last["end"] : piece["start"]] if last else ""
        if last and len(between.split()) <= 1:
            parts[-1] += between + text[piece["start"] : piece["end"]]
        else:
            parts.append(text[piece["start"] : piece["end"]])
        last = piece
    entity["value"] = " ".join(parts)
    return entity
