from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from ontology import json_language
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT, Joined, JoinPlatform, NewAccount
from ontology.content import Concept, Ontology, Predicate
from ontology.expressions import Action, Result
from ontology.manager import ContentManager
from ontology.secrets import MASKED, SECRET, Mask, secret_slots


class Key(Concept):
    """A thing with a secret and something that is none."""

    api_token: str = Field(json_schema_extra=SECRET)
    label: str = ""


KEYS = Ontology("keys", classes=(Key,))
MASK = Mask((KEYS,))


def test_the_ontologies_say_what_is_secret() -> None:
    assert secret_slots((ASSISTANT, KEYS)) == {"password", "api_token"}


@given(
    secret=st.text(min_size=1).map(lambda text: f"<{text}>s3cr3t<{text}>"),
    label=st.text(),
    cut=st.integers(min_value=0),
    whole=st.booleans(),
)
def test_no_secret_of_json_is_shown_and_nothing_else_is_lost(secret: str, label: str, cut: int, *, whole: bool) -> None:
    text = json_language.encode((Key(api_token=secret, label=label), Key(api_token="", label="end")))
    cut = len(text) if whole else cut % len(text)
    shown = MASK(text[:cut])
    assert "s3cr3t" not in shown.replace(label, "")
    if whole:
        first, last = json_language.decode(shown, KEYS)
        assert first == Key(api_token=MASKED, label=label)
        assert last == Key(api_token=MASKED, label="end")


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ('{"api_token" :\n "abc", "label": "x"}', '{"api_token" :\n "(secret)", "label": "x"}'),
        ('{"api_token":"a\\"b', '{"api_token":"(secret)"'),
        ('{"api_token":"a\\', '{"api_token":"(secret)"'),
        ('{"api_token":12}', '{"api_token":"(secret)"}'),
        ('{"api_token":["a"],"label":"x"}', '{"api_token":"(secret)"'),
        ('{"API_TOKEN":"abc"}', '{"API_TOKEN":"(secret)"}'),
        ('(key :api-token "abc" :label x)', '(key :api-token "(secret)" :label x)'),
        ("(key :api-token abc :label x)", '(key :api-token "(secret)" :label x)'),
        ('(key :api-token #3"a"b :label x)', '(key :api-token "(secret)"'),
        ('(key :api-tokens "abc")', '(key :api-tokens "abc")'),
        ('{"api_tokens":"abc"}', '{"api_tokens":"abc"}'),
        ("no content of ours", "no content of ours"),
    ],
)
def test_what_cannot_be_read_is_masked_as_well(content: str, shown: str) -> None:
    assert MASK(content) == shown


def test_no_statement_has_a_secret() -> None:
    class Knows(Predicate):
        """Somebody knows something."""

        word: str = Field(json_schema_extra=SECRET)

    with pytest.raises(ValueError, match=r"Knows\.word cannot be secret"):
        Mask((Ontology("statements", classes=(Knows,)),))


def test_where_nothing_is_secret_all_is_shown() -> None:
    assert Mask(())('{"password":"x"}') == '{"password":"x"}'


def test_passwords_of_those_who_join_are_masked() -> None:
    joined = Joined(accounts=(NewAccount(jid="a@x", password='hunter2 "\\ x'),))
    action = Action(actor=AgentIdentifier(name="a@x"), act=JoinPlatform(names=("n",)))
    for language in ("json", "fipa-sl"):
        said = ContentManager((ASSISTANT,)).encode(Result(action=action, value=joined), language=language)
        assert said.language == language
        assert "hunter2" in said.content
        assert "hunter2" not in Mask((ASSISTANT,))(said.content)
        assert "a@x" in Mask((ASSISTANT,))(said.content)
