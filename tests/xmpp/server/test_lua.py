from __future__ import annotations

import json
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from xmpp.server.lua import LuaValue, assignments, literal, quote


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_quoted_text_is_that_text_to_lua(text: str) -> None:
    quoted = quote(text)
    assert "\n" not in quoted
    done = subprocess.run(["lua5.4", "-"], input=f"io.write({quoted})".encode(), capture_output=True, check=True)
    assert done.stdout.decode() == text


def test_tables() -> None:
    value: LuaValue = {"a": [1, True, "x"], "b": {"c d": False}}
    assert literal(value) == '{ ["a"] = { 1, true, "x" }, ["b"] = { ["c d"] = false } }'
    assert assignments({"port": 5222, "name": "x"}) == 'port = 5222\nname = "x"\n'
    assert json.loads(quote("plain")) == "plain"
