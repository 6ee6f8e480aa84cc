"""What a stated fact says of what: subject, attribute, value, and the slot that holds one value at a time. Pure.

"my sister's name is Mia" has the subject "my sister", the attribute "name", the value "Mia", and a slot: stating
"my sister's name is Ana" later takes its place. "I like jazz" has no slot shared with "I like tea".
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from knowledge.text import content_words, stem
from knowledge.words import word_groups, word_set

PLACES = r"(?:in|on|at|under|underneath|behind|beside|inside|near|next to|by|above|below|between|with|outside|opposite)"
_FRAME = re.compile(
    r"^(?:(?:please|hey|ok|okay|so|and|also|just|by the way|btw|fyi|for the record|for your information|now|from now on"
    r"|nowadays|these days)\b[,:]?\s+)*"
    r"(?:(?:(?:can|could|would|will)\s+you\s+)?(?:please\s+)?"
    r"(?:remember|note|memori[sz]e|keep\s+in\s+mind|bear\s+in\s+mind|don'?t\s+forget|do\s+not\s+forget|never\s+forget"
    r"|make\s+a\s+note|take\s+a\s+note|write\s+down|save|store|know|i\s+want\s+you\s+to\s+(?:remember|know)"
    r"|you\s+should\s+know|let\s+it\s+be\s+known)\b"
    r"(?:\s+(?:this|the\s+following))?(?:\s+for\s+(?:me|later))?\s*[,:]?\s*(?:that\b|of\s+that\b)?[,:]?\s+)?",
    re.IGNORECASE,
)
# "like" alone builds sentences ("what is it like"); where it is a verb, another word for it is put in. The
# other word of "e-mail address" would be looked for in vain in "my e-mail is ...".
_WORDINGS = (
    (
        re.compile(
            r"\b(?:do|does|did|can|could)(?:n'?t|\s?not)\s+(?:(?:i|we)\s+)?(?:really\s+)?"
            r"(?:like|love|enjoy|stand)\b",
            re.IGNORECASE,
        ),
        "dislike",
    ),
    (re.compile(r"\be-?mail\s+address(?:es)?\b", re.IGNORECASE), "email"),
    (re.compile(r"\b(?:tele)?phone\s+number\b", re.IGNORECASE), "phone"),
    (re.compile(r"\blike\s+(?:the\s+)?(?:best|most)\b", re.IGNORECASE), "prefer"),
    (re.compile(r"(?<=\sdo i )(?:really\s+)?like\b|(?<=^i )(?:(?:really|also)\s+)?like\b", re.IGNORECASE), "enjoy"),
)
_ALSO_OWNED = frozenset({"name", "birthday", "age", "job"})
_TITLE_CASE = re.compile(r"\b[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact taken apart.

    Attributes:
        text: The sentence, without "remember that" before it and a full stop behind.
        subject: What it is about ("I", "my sister", "wifi"), where the sentence has a form that is known.
        attribute: What is said of it ("name", "parked", "location"); may be empty.
        value: What it is ("Mia").
        slot: The same for facts of which a newer one takes the place of the older; None for others.
    """

    text: str
    subject: str | None
    attribute: str | None
    value: str | None
    slot: str | None


def clean_statement(text: str) -> str:
    """Take off "remember that" and the like, needless space, and the full stop."""
    joined = " ".join(text.replace("’", "'").split())  # noqa: RUF001
    stripped = _FRAME.sub("", joined, count=1).strip(" ,:;")
    stripped = re.sub(r"[.!\s]+$", "", stripped)
    return stripped or joined


def parse_statement(text: str) -> Statement:
    """Take a fact apart, as far as its form is known.

    Args:
        text: As the person said it; "remember that" may stand before it.
    """
    sentence = clean_statement(text)
    for pattern, build in _FORMS:
        if match := pattern.match(sentence):
            subject, attribute, value, slot = build(match)
            return Statement(text=sentence, subject=subject, attribute=attribute, value=value, slot=slot)
    return Statement(text=sentence, subject=None, attribute=None, value=None, slot=None)


def plain(text: str) -> str:
    """Put one word for several: "dislike" for "don't like", "prefer" for "like best", "phone" for "phone number"."""
    found = text.replace("’", "'")  # noqa: RUF001
    for pattern, word in _WORDINGS:
        found = pattern.sub(word, found)
    return found


@cache
def canonical(word: str) -> str:
    """Give one form for words that mean the same: "mum" and "mother", "parked" and "parking"."""
    return _groups().get(word) or _groups().get(stem(word)) or stem(word)


@cache
def _groups() -> dict[str, str]:
    groups: dict[str, str] = {}
    for group in word_groups("synonyms"):
        name = f"={group[0]}"
        for word in group:
            groups.setdefault(word, name)
            groups.setdefault(stem(word), name)
    return groups


def canonical_words(text: str) -> frozenset[str]:
    """Give what a text is about, each word in its one form."""
    return frozenset(canonical(word) for word in content_words(plain(text)))


def is_relation(word: str) -> bool:
    """Say whether a word, in its one form, names a person or animal that someone has."""
    return word in _relations()


@cache
def _relations() -> frozenset[str]:
    return frozenset(canonical(word) for word in word_set("relations"))


@cache
def _attributes() -> frozenset[str]:
    return frozenset(canonical(word) for word in word_set("attributes"))


_Parts = tuple[str, str, str, str | None]


def _slot(kind: str, about: Iterable[str]) -> str:
    return f"{kind}:{' '.join(sorted(about))}"


def _thing(phrase: str) -> tuple[str, str]:
    """Part "my sister's name" and "the name of my sister" into ("my sister", "name")."""
    if match := re.match(r"^(?:the\s+)?(?P<attribute>[\w -]+?)\s+(?:of|for)\s+(?P<subject>.+)$", phrase, re.I):
        return match["subject"], match["attribute"]
    if match := re.match(r"^(?P<subject>.+)'s?\s+(?P<attribute>[^']+)$", phrase):
        return match["subject"], match["attribute"]
    return phrase, ""


def _is(match: re.Match[str]) -> _Parts:
    """Take apart "my sister's name is Mia", "the wifi password is hunter2", "my car is red"."""
    subject, attribute = _thing(match["thing"])
    value = match["value"]
    about = canonical_words(f"{subject} {attribute}")
    if named := re.match(r"^(?:called|named)\s+(?P<name>.+)$", value, re.I):
        return subject, "name", named["name"], _slot("is", about | {canonical("name")})
    single = bool(attribute) or bool(about & _attributes())
    if re.match(rf"^{PLACES}\s", value, re.I) and not single:
        return subject, "location", value, _slot("location", about)
    if re.match(r"^\d+(?:\s+years?\s+old)?$", value) and any(map(is_relation, about)) and not attribute:
        return subject, "age", value, _slot("is", about | {canonical("age")})
    if not attribute and any(map(is_relation, about)) and _TITLE_CASE.match(value) and len(value.split()) <= 3:
        return subject, "name", value, _slot("is", about | {canonical("name")})
    return subject, attribute, value, _slot("is", about) if single and about else None


def _habit(match: re.Match[str]) -> _Parts:
    """Take apart "I park my car on level 2": what is done with a thing of theirs, and where; one place at a time."""
    thing, verb = match["thing"], canonical(match["verb"].lower())
    return thing, "location", match["value"], _slot("habit", canonical_words(thing) | {verb})


def _placed(match: re.Match[str]) -> _Parts:
    """Take apart "I put my keys in the drawer": where a thing is."""
    thing = match["thing"]
    return thing, "location", match["value"], _slot("location", canonical_words(thing))


def _attitude(match: re.Match[str]) -> _Parts:
    """Take apart "I like jazz", "I prefer tea to coffee": one attitude to a thing at a time."""
    return (
        "I",
        canonical(match["verb"].lower()).lstrip("="),
        match["value"],
        _slot("attitude", canonical_words(match["value"])),
    )


def _of_me(attribute: str, *, single: bool) -> Callable[[re.Match[str]], _Parts]:
    def build(match: re.Match[str]) -> _Parts:
        # "I was born on 3 May" and "my birthday is 3 May" take each other's place.
        kind, about = ("is", (canonical(attribute),)) if attribute in _ALSO_OWNED else (f"i-{attribute}", ())
        return "I", attribute, match["value"], _slot(kind, about) if single else None

    return build


def _does(match: re.Match[str]) -> _Parts:
    """Take apart "my brother lives in Rome": who does what; of some verbs one thing at a time."""
    subject, verb = match["thing"], canonical(match["verb"].lower())
    single = verb in {canonical("lives"), canonical("works")}
    slot = _slot("does", canonical_words(subject) | {verb}) if single else None
    return subject, match["verb"].lower(), match["value"], slot


_THING = r"(?P<thing>(?:(?:my|our|the|his|her|their|your)\s+)?[^,;.?!]+?)"
_OWNED = r"(?P<thing>(?:my|our|the|his|her|their)\s+[\w' -]+?|[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*)"
_ALSO = r"(?:(?:really|also|always|usually|still|now|just|currently|absolutely|much|quite)\s+)*"
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Parts]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE if flags else 0), build)
    for pattern, build, flags in (
        (rf"^I(?:'ve| have)? {_ALSO}parked (?:(?:my|the|our) (?:car|bike|van|bicycle) |it )?(?P<value>.+)$",
         _of_me("parked", single=True), True),
        (rf"^(?:my|our|the) (?:car|bike|van) is {_ALSO}parked (?P<value>.+)$", _of_me("parked", single=True), True),
        (rf"^I {_ALSO}live (?P<value>.+)$", _of_me("live", single=True), True),
        (rf"^I(?:'ve| have)? {_ALSO}moved (?P<value>to .+)$", _of_me("live", single=True), True),
        (rf"^I {_ALSO}work (?P<value>(?:at|for|in) .+)$", _of_me("work", single=True), True),
        (rf"^I {_ALSO}work (?P<value>as .+)$", _of_me("job", single=True), True),
        (r"^I was born (?P<value>(?:in [A-Z]).+)$", _of_me("birthplace", single=True), False),
        (r"^I was born (?P<value>.+)$", _of_me("birthday", single=True), True),
        (r"^(?:I(?:'m| am) (?:called|named)|call me|you can call me) (?P<value>.+)$", _of_me("name", single=True),
         True),
        (r"^I(?:'m| am) (?P<value>\d+(?: years old)?)$", _of_me("age", single=True), True),
        (rf"^I(?:'ve| have)? {_ALSO}(?:put|left|keep|kept|hid|hide|stored|store|placed|laid) {_THING} "
         rf"(?P<value>{PLACES} .+)$", _placed, True),
        (rf"^(?:I|we) {_ALSO}(?P<verb>\w+) (?P<thing>(?:my|our|the) [\w-]+(?: [\w-]+)?) (?P<value>{PLACES} .+)$",
         _habit, True),
        (rf"^I {_ALSO}(?P<verb>like|love|enjoy|hate|dislike|prefer) (?P<value>.+)$", _attitude, True),
        (rf"^I {_ALSO}(?:don't|do not|can't|cannot) {_ALSO}(?:like|love|enjoy|stand) (?P<value>.+)$",
         lambda match: ("I", "dislike", match["value"], _slot("attitude", canonical_words(match["value"]))), True),
        (rf"^I(?:'m| am) {_ALSO}(?P<value>.+)$", _of_me("am", single=False), True),
        (r"^I(?:'ve| have)(?: got)? (?P<value>.+)$", _of_me("have", single=False), True),
        (rf"^{_OWNED} (?P<verb>lives|works|likes|loves|hates|prefers|plays|drives|speaks|needs|takes|has|wants|studies|"
         r"collects|drinks|eats|goes|comes|starts|opens|closes|ends) (?P<value>.+)$", _does, False),
        (rf"^{_THING} (?:is|are|was|were) {_ALSO}(?P<value>.+)$", _is, True),
        (rf"^{_THING}'s {_ALSO}(?P<value>.+)$", _is, True),
    )
)  # fmt: skip
