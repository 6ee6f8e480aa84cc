"""Finds what must not be repeated in a text: passwords, keys, tokens, card and account numbers.

It is a matter of patterns, so it errs on the side of hiding: what follows a label such as "password:" is hidden
whatever it is. It cannot find a secret that neither has a known form nor a label.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LABEL = (
    r"(?:pass ?words?|pass ?phrase|pass ?code|passwd|pwd|passwort|mot de passe|contraseña|pin(?: code)?|puk|cvv2?|"
    r"cvc2?|security code|(?:verification|one[- ]time|login|recovery|backup|2fa|otp) ?(?:codes?|password)|otp|"
    r"secret(?: access)?(?: key)?|client[ _-]?secret|(?:api|access|private|signing|encryption|master|auth|license)"
    r"[ _-]?(?:key|token)|token|bearer|credentials?|ssn|social security(?: number)?|seed phrase|recovery phrase)"
)
_PLAIN_TALK = (
    r"(?:wrong|incorrect|invalid|required|missing|expired|empty|weak|strong|not|too|being|set|saved|correct|case|the|"
    r"a|an|your|needed|optional|about)\b"
)
_LABELLED = re.compile(
    rf"(?<![^\W_])(?:[\w-]*[_-])?{_LABEL}(?:[_-][\w-]*)?[\"'”]?[^\S\n]*"
    rf"(?::|=|»|→|\bis\b(?!\s+{_PLAIN_TALK}))[^\S\n]*(?P<secret>[^\n]+)",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(rf"^(?:[\w']+ )?{_LABEL}\s*[:=*]?\s*\*?$", re.IGNORECASE)
_NOT_SECRETS = re.compile(
    r"^(?:log ?in|sign ?in|sign ?up|submit|cancel|ok|next|back|continue|show|hide|forgot|reset|change|save|copy|"
    r"remember|required|optional|strength|user(?:name)?|e-?mail|name|confirm|repeat|help|close)\b",
    re.IGNORECASE,
)
_KNOWN_FORMS = re.compile(
    r"""
    (?:sk|pk|rk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{16,}
    | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{16,}
    | (?:AKIA|ASIA)[A-Z0-9]{12,} | AIza[\w-]{30,} | ya29\.[\w-]{20,}
    | xox[abeoprs]-[\w-]{10,} | hf_[A-Za-z0-9]{20,} | npm_[A-Za-z0-9]{30,} | pypi-[\w-]{40,}
    | SG\.[\w-]{16,}\.[\w-]{16,} | dop_v1_[a-f0-9]{40,} | AGE-SECRET-KEY-[A-Z0-9]{30,}
    | eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?
    """,
    re.VERBOSE,
)
_AUTHORIZATION = re.compile(r"\b(?:Bearer|Basic)\s+(?P<secret>[A-Za-z0-9+/=._~-]{12,})")
_IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:(?P<secret>[^\s/@]+)@", re.IGNORECASE)
_PRIVATE_KEY = re.compile(
    r"-{2,}\s*BEGIN[A-Z0-9 ]*PRIVATE KEY(?:[ A-Z]*)-{2,}(?P<secret>(?:.*?(?=-{2,}\s*END[A-Z0-9 ]*PRIVATE KEY)|"
    r"(?:\s*[A-Za-z0-9+/=:, -]{16,}$)*))",
    re.DOTALL | re.MULTILINE,
)
_DIGITS = re.compile(r"(?<![\w.,])\d(?:[ \-.\N{NO-BREAK SPACE}]?\d){12,18}(?![\w])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_LONG_TOKEN = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_=-]{40,}(?![\w+/=-])")


@dataclass(frozen=True, slots=True)
class Span:
    """A secret in a text: the characters from `start` up to, but not including, `end`."""

    start: int
    end: int


def find_secrets(text: str, *, below_labels: bool = True) -> list[Span]:
    """Find the secrets in a text of one or more lines; the spans are in order and do not touch one another.

    Args:
        text: what to look at.
        below_labels: take what stands on the line below a lone label ("Password") for its value.
    """
    spans = [*_all(text), *(_below_labels(text) if below_labels else ())]
    found = sorted(spans, key=lambda span: (span.start, span.end))
    merged: list[Span] = []
    for span in found:
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        elif span.end > span.start:
            merged.append(span)
    return merged


def _all(text: str) -> Iterator[Span]:
    for pattern in (_LABELLED, _AUTHORIZATION, _IN_ADDRESS, _PRIVATE_KEY):
        for match in pattern.finditer(text):
            yield Span(*match.span("secret"))
    for match in _KNOWN_FORMS.finditer(text):
        yield Span(*match.span())
    for match in _DIGITS.finditer(text):
        if is_card_number(match[0]):
            yield Span(*match.span())
    for match in _IBAN.finditer(text):
        if _is_iban(match[0]):
            yield Span(*match.span())
    for match in _LONG_TOKEN.finditer(text):
        if _looks_random(match[0]):
            yield Span(*match.span())


def is_card_number(text: str) -> bool:
    """Tell whether the digits in a text are a payment card's: 13 to 19 of them, and right by Luhn's formula."""
    digits = [int(character) for character in text if character.isdecimal()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """Tell whether this is an international bank account number (ISO 13616: 97 leaves 1)."""
    compact = text.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def _looks_random(token: str) -> bool:
    kinds = (str.isdigit, str.isupper, str.islower)
    return all(any(is_kind(character) for character in token) for is_kind in kinds) and "/" not in token[1:-1:8]


def is_lone_label(line: str) -> bool:
    """Tell whether a line is nothing but the label of a secret, such as "Your password"."""
    return bool(_LABEL_ALONE.match(line.strip()))


def may_be_value(line: str) -> bool:
    """Tell whether a line beside or below such a label may be the secret, and not a button or the next label."""
    stripped = line.strip()
    return 0 < len(stripped.split()) <= 2 and not _NOT_SECRETS.match(stripped) and not is_lone_label(stripped)


def _below_labels(text: str) -> Iterator[Span]:
    start = 0
    label_above = False
    for line in text.splitlines(keepends=True):
        if line.strip():
            if label_above and may_be_value(line):
                yield Span(start, start + len(line.rstrip()))
            label_above = is_lone_label(line)
        start += len(line)
