"""Finds what looks like an error among the text on a screen."""

import re
from collections.abc import Sequence

from vision.layout import Block, Line

_STRONG = re.compile(
    r"""
    traceback\ \(most
    | (?-i:\b[A-Z]\w*[a-z](?:Error|Exception)\b) | ^\s*(?:fatal|error|err|critical|panic|exception|failed)\b
    | \b(?:fatal|syntax|segmentation|internal|unexpected|unknown|server)\ (?:error|fault|failure)
    | \berror[:\s]*(?:code\s*)?(?:0x[0-9a-f]+|\d{2,}) | \bE\d{3,}\b | \b[45]\d\d\ (?:error|not\ found|forbidden|bad)
    | core\ dumped | stack\ trace | command\ not\ found | no\ such\ file | permission\ denied | access\ (?:is\ )?denied
    | connection\ (?:refused|reset|timed\ out|failed|lost) | timed?\ ?out\b | could\ ?n[o']t\b | cannot\b | can't\b
    | unable\ to\b | failed\ to\b | has\ stopped\ working | not\ responding | something\ went\ wrong | went\ wrong
    | is\ not\ (?:recognized|available|supported|valid) | invalid\ \w+ | out\ of\ memory
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WEAK = re.compile(r"\b(?:error|errors|warning|failed|failure|problem|denied|refused|exception|crash(?:ed)?)\b", re.I)
_HARMLESS = re.compile(r"\b(?:no|0|zero|without) (?:errors?|warnings?|problems?|failures?)\b", re.I)
_WHOLE_BLOCK = re.compile(r"traceback \(most|stack trace|^\s*at \S+\(|^\s*File \"", re.IGNORECASE | re.MULTILINE)


def find_problems(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Give the parts of blocks that look like errors, the likeliest kind alone.

    A traceback is given as a whole; otherwise a line and what continues it in the same block. Weak signs (the
    mere word "error" somewhere) count only where there is no strong one.
    """
    for pattern in (_STRONG, _WEAK):
        found = [part for block in blocks if (part := _part(block, pattern)) is not None]
        if found:
            return tuple(found)
    return ()


def _part(block: Block, pattern: re.Pattern[str]) -> Block | None:
    marked = [bool(pattern.search(line.text)) and not _HARMLESS.search(line.text) for line in block.lines]
    if not any(marked):
        return None
    if _WHOLE_BLOCK.search(block.text):
        return block
    kept: list[Line] = []
    for line, is_marked in zip(block.lines, marked, strict=True):
        if is_marked or (kept and _is_open(kept[-1].text)):
            kept.append(line)
    return Block(tuple(kept))


def _is_open(text: str) -> bool:
    """Tell whether a line seems to go on in the next one."""
    return not text.rstrip().endswith((".", "!", "?", ")")) and len(text.split()) >= 4
