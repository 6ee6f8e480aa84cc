"""What a question is about, without the words it is wrapped in. Pure."""

import re

_SOURCES = r"(?:notes?|documents?|docs?|files?|papers?|pdfs?|records|text|reports?|manuals?|handbooks?)"
_RUN_TOGETHER = re.compile(r"\b(where|what|who|when|how)(?:'?s|\s+s)\b", re.IGNORECASE)
_MINE = rf"(?:(?:my|our|the|these|those|all)\s+)*(?:\w+\s+)?{_SOURCES}"
_POLITE = re.compile(
    r"^(?:(?:please|hey|hi|hello|ok|okay|so|and|now|then|parley)\b[,!.]?\s+)+"
    r"|^(?:can|could|would|will)\s+you\s+(?:please\s+)?(?=\w)"
    r"|^(?:i\s+(?:want|would like|'d like|need)\s+to\s+know|i\s+wonder|do\s+you\s+know|tell\s+me|remind\s+me)"
    r"(?:\s+(?:if|whether|about|of))?\s+"
    r"|[,\s]+please(?=[?.!]*$)",
    re.IGNORECASE,
)
_FRAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^what\s+(?:do|does|did|is|are|was)\s+(?:{_MINE})\s+"
        r"(?:say|says|tell|tells|mention|mentions|state|know|have|contain|written)(?:\s+me)?"
        r"(?:\s+(?:about|on|of|regarding|concerning|for))\s+(?P<about>.+)$",
        rf"^what\s+{_MINE}\s+(?:say|tell|mention|state)s?(?:\s+me)?\s+(?:about|on|of|regarding)\s+(?P<about>.+)$",
        rf"^what(?:'s|\s+is|\s+was|\s+are)?\s+(?:there\s+|written\s+|said\s+)*(?:in|within)\s+{_MINE}\s+"
        r"(?:about|on|regarding|concerning)\s+(?P<about>.+)$",
        rf"^what\s+(?:(?:did|have)\s+(?:i|we)\s+(?:write|written|note|noted|say)(?:\s+down)?)"
        rf"(?:\s+in\s+{_MINE})?\s+(?:about|on|regarding)\s+(?P<about>.+)$",
        rf"^(?:according\s+to|based\s+on|from|in|within|per|as\s+per|using)\s+{_MINE}\s*[,:]?\s+(?P<about>.+)$",
        rf"^(?:look\s+up|look|check|search|find|see|go)\s+(?:in\s+|through\s+|into\s+)?{_MINE}\s+"
        r"(?:for|about|on|regarding|and\s+tell\s+me)\s+(?P<about>.+)$",
        rf"^(?:look\s+up|search\s+for|search|find|look\s+for|show\s+me|get\s+me|give\s+me)\s+(?P<about>.+?)\s+"
        rf"(?:in|within|from)\s+{_MINE}[?.!]*$",
        rf"^(?:do|did|have)\s+(?:i|we|{_MINE})\s+(?:have|got|write|written|say|keep)\s+"
        rf"(?:anything|something|any\s+{_SOURCES}|{_MINE}|notes)\s+(?:about|on|regarding|for)\s+(?P<about>.+)$",
        rf"^(?:is|are)\s+there\s+(?:anything|something|any\s+{_SOURCES})\s+(?:in\s+{_MINE}\s+)?"
        r"(?:about|on|regarding)\s+(?P<about>.+)$",
        rf"^(?:summari[sz]e|find|show|get|give\s+me|show\s+me)\s+(?:me\s+)?{_MINE}\s+(?:about|on|regarding|for)\s+"
        r"(?P<about>.+)$",
        rf"^(?P<about>.+?)\s*,?\s+(?:according\s+to|in|from)\s+(?:my|our)\s+(?:\w+\s+)?{_SOURCES}[?.!]*$",
        r"^(?:what\s+(?:do\s+)?(?:you|we|i)\s+know|anything)\s+(?:about|on)\s+(?P<about>.+)$",
    )
)


def strip_frame(question: str) -> str:
    """Take what a question is about out of its frame.

    "What do my notes say about the Q3 budget?" gives "the Q3 budget"; what has no frame stays as it is, without
    the words of courtesy around it.
    """
    text = _RUN_TOGETHER.sub(r"\1 is", " ".join(question.replace("’", "'").split()))  # noqa: RUF001
    previous = None
    while text != previous:
        previous = text
        text = _POLITE.sub("", text).strip()
        for frame in _FRAMES:
            if match := frame.match(text):
                text = match["about"].strip()
                break
    stripped = text.rstrip(" ?!.")
    return stripped or " ".join(question.split())
