"""Python values as Lua literals, for the server's configuration and its admin commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

LuaValue: TypeAlias = "bool | int | str | Sequence[LuaValue] | Mapping[str, LuaValue]"


def quote(text: str) -> str:
    """Return `text` as a double-quoted Lua string (Lua 5.4 manual, section 3.1), on one line."""
    escaped = (f"\\{ord(c):03d}" if c in '"\\' or ord(c) < 32 or ord(c) == 127 else c for c in text)
    return '"' + "".join(escaped) + '"'


def literal(value: LuaValue) -> str:
    """Return `value` as a Lua expression: a table for sequences and mappings."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"[{quote(k)}] = {literal(v)}" for k, v in value.items()) + " }"
    return "{ " + ", ".join(literal(item) for item in value) + " }"


def assignments(values: Mapping[str, LuaValue]) -> str:
    """Return one `name = value` line per entry, the form of Prosody's configuration."""
    return "".join(f"{name} = {literal(value)}\n" for name, value in values.items())
