"""``acl``: streams of messages, the malformed among them."""

import base64
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import launcher
from launching import acl_blocks, acl_forms
from ontology.acl import ACLMessage
from ontology.encodings import bitefficient
from ontology.encodings.code_table import CodeTable
from ontology.encodings.errors import MalformedMessage
from tests.ontology.encodings.messages import XML_MESSAGES
from tests.ontology.encodings.samples import SAMPLES

ROOT = Path(launcher.__file__).parent
FORMS = tuple(acl_forms.FORMS)
STANZA = (
    '<message xmlns="jabber:client" from="a@h/x" to="b@h"><body>{body}</body><x xmlns="jabber:x:data" type="form">'
    '<title>spade:x:metadata</title><field var="performative"><value>inform</value></field></x></message>'
)


class Bytes(io.BytesIO):
    """A stream that closes with its test alone."""

    def close(self) -> None:
        pass


def translate(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], data: bytes, source: str, target: str
) -> tuple[int, bytes]:
    """Run the command in this process; return its status and what it printed."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Bytes(data)))
    printed = Bytes()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed))
    status = launcher.main(["acl", "--from", source, "--to", target])
    assert capfdbinary.readouterr().err == b""
    return status, printed.getvalue()


class Command:
    """The command, its standard streams held by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        self._given = (monkeypatch, capfdbinary)

    def __call__(self, data: bytes | str, source: str, target: str = "json") -> tuple[int, bytes]:
        return translate(*self._given, data.encode() if isinstance(data, str) else data, source, target)

    def objects(self, data: bytes | str, source: str) -> tuple[int, list[Any]]:
        status, printed = self(data, source)
        return status, [json.loads(line) for line in printed.splitlines()]

    def contents(self, data: bytes | str, source: str) -> list[str | None]:
        """Return the contents of the messages, and None for what is malformed."""
        _, found = self.objects(data, source)
        return [None if "error" in one else one.get("content", "") for one in found]


@pytest.fixture
def acl(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Command:
    return Command(monkeypatch, capfdbinary)


@pytest.mark.parametrize("target", FORMS)
def test_messages_of_other_platforms_go_into_every_form_and_back(acl: Command, target: str) -> None:
    texts = [sample.text for sample in SAMPLES if sample.name not in {"a relative time", "bytes that are not UTF-8"}]
    if target == "stanza":  # it cannot say more of a sender than its name
        texts = [text for text in texts if not re.search(r":sender[^:]*:name \S+\s+:", text)]
    stream = "\n\n".join(texts)
    status, printed = acl(stream, "string", target)
    assert status == 0
    assert acl(printed, target) == acl(stream, "string")
    assert len(acl(printed, target)[1].splitlines()) == len(texts) > 10


@pytest.mark.parametrize("source", FORMS)
def test_nothing_gives_nothing(acl: Command, source: str) -> None:
    assert acl("", source) == (0, b"")
    assert acl("\n \n\r\n", source) == (0, b"")


def test_what_is_malformed_gives_an_error_in_its_place_and_the_rest_goes_on(acl: Command) -> None:
    status, found = acl.objects("(inform :content a)\n\n(dance)\n\n(inform :content b)\n", "string")
    assert status == 1
    assert [one.get("content") for one in found] == ["a", None, "b"]
    assert found[1] == {"error": "expected one of the 22 performatives, not dance, in line 1, column 2", "position": 1}


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        ('(inform\n :content "a\n\n\nb")\n\n(inform :content c)', ["a\n\n\nb", "c"]),
        ('(inform :content #6"a\n\n"\n\n)\n\n(inform :content c)', ["a\n\n\"\n\n", "c"]),
        ("(inform :content a)\r\n\r\n\r\n(inform :content b)\r\n", ["a", "b"]),
        ("\n\n(inform :content a)\n   \t\n(inform :content b)", ["a", "b"]),
        ('(inform :content a"b)\n\n(inform :content c)', ['a"b', "c"]),
        ('(inform :content "a\\"\n\nb")\n\n(inform :content c)', ['a"\n\nb', "c"]),
        ("\ufeff(inform :content a)", ["a"]),
        # a string that never ends takes no other message with it
        ('(inform :content "a)\n\n(inform :content b)\n\n(inform :content c)', [None, "b", "c"]),
        ('(inform :content "a)\n\n(inform :content "b")\n\n(inform :content "c")', [None, "b", "c"]),
        ('(inform :content "a)\n\n(inform :content "b c")', [None, "b c"]),
        ('(inform :content #999"a)\n\n(inform :content b)', [None, "b"]),
        ('(inform :content "a)', [None]),
        # what is wrong otherwise ends with the blank line
        ("(inform :content a\n\n:language b)\n\n(inform :content c)", [None, None, "c"]),
        ("(inform :content a)\n(inform :content b)\n\n(inform :content c)", [None, "c"]),
        ("hello\n\n(inform :content c)", [None, "c"]),
    ],
)  # fmt: skip
def test_where_messages_of_the_string_form_end(acl: Command, text: str, contents: list[str | None]) -> None:
    assert acl.contents(text, "string") == contents


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        (STANZA.format(body="a\n\n\nb") + "\n\n" + STANZA.format(body="c"), ["a\n\n\nb", "c"]),
        ("<message>\n\n" + STANZA.format(body="c"), [None, "c"]),
        ("<message><body>\n\nhello\n\n" + STANZA.format(body="c"), [None, "c"]),
        ("<message><body>\n\nhello", [None, None]),
        ("hello\n\n" + STANZA.format(body="c"), [None, "c"]),
        (STANZA.format(body="a") + "\n\nhello\n\n" + STANZA.format(body="c"), ["a", None, "c"]),
        (STANZA.format(body="a") + "\n" + STANZA.format(body="c"), [None]),
        ("<message/>\n\n" + STANZA.format(body="&amp;"), [None, "&"]),
    ],
)
def test_where_stanzas_end(acl: Command, text: str, contents: list[str | None]) -> None:
    assert acl.contents(text, "stanza") == contents


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        ('{"performative":"inform","content":"a"}\n{"performative":"inform","content":"b"}', ["a", "b"]),
        ('{"performative":"inform","content":"a"}\n\n\n{"performative":"inform","content":"b"}\n', ["a", "b"]),
        ('{\n "performative": "inform",\n "content": "a"}\n{"performative": "inform",\n"content": "}"\n}', ["a", "}"]),
        ('{"performative": "inform", "receiver": [\n{"name": "a"}\n],\n"content": "a"}', ["a"]),
        ('{"performative": "inform"\n{"performative":"inform","content":"b"}', [None, "b"]),
        ('{"performative": "inform",\n{"performative":"inform","content":"b"}', [None, "b"]),
        ('{"performative": "inform",\n\n{"performative":"inform","content":"b"}', [None, "b"]),
        ('{"content": "inform\nhello\n{"performative":"inform","content":"b"}', [None, None, "b"]),
        ('{"performative":"inform","content":"{\\"performative\\":[["}\n{"performative":"inform","content":"b"}',
         ['{"performative":[[', "b"]),
        ('{"performative":"inform"}}\n{"performative":"inform","content":"b"}', [None, "b"]),
    ],
)  # fmt: skip
def test_where_json_objects_end(acl: Command, text: str, contents: list[str | None]) -> None:
    assert acl.contents(text, "json") == contents


MESSAGES = [b"\xfa\x10\x08\x04\x14a\x00\x01", b"\xfa\x10\x08\x04\x14b\x00\x01"]


@pytest.mark.parametrize(
    ("data", "contents"),
    [
        (b"\n".join(map(base64.b64encode, MESSAGES)), ["a", "b"]),
        (b"\n\r\n" + base64.b64encode(MESSAGES[0]) + b" \r\n", ["a"]),
        (base64.b64encode(MESSAGES[0]) + b"\n+hA\n" + base64.b64encode(MESSAGES[1]), ["a", None, "b"]),
        (b"hello!\n+hAX\n" + base64.b64encode(MESSAGES[1]) + b"\n", [None, None, "b"]),
        (b"".join(MESSAGES), ["a", "b"]),
        # after something malformed, the next message is what looks like its beginning
        (MESSAGES[0] + MESSAGES[0][:-1] + MESSAGES[1], ["a", None, "b"]),
        (b"\xfa" + MESSAGES[1], [None, "b"]),
        (MESSAGES[0] + b"\n" + MESSAGES[1], ["a", None, "b"]),
        (MESSAGES[0] + MESSAGES[1][:-2], ["a", None]),
    ],
)
def test_where_bit_efficient_messages_end(acl: Command, data: bytes, contents: list[str | None]) -> None:
    assert acl.contents(data, "bitefficient") == contents


@pytest.mark.parametrize("raw", [True, False])
def test_codes_of_strings_hold_for_the_stream(acl: Command, raw: bool) -> None:
    table = CodeTable()
    messages = [bitefficient.encode(bitefficient.decode(message), table) for message in MESSAGES + MESSAGES]
    data = b"".join(messages) if raw else b"\n".join(map(base64.b64encode, messages))
    assert acl.contents(data, "bitefficient") == ["a", "b", "a", "b"]


def test_the_position_in_base64_that_is_none(acl: Command) -> None:
    status, found = acl.objects(b"+hAI!Q==\n", "bitefficient")
    assert (status, found[0]["position"]) == (1, 4)


@pytest.mark.parametrize("target", FORMS)
def test_errors_are_separated_like_messages(acl: Command, target: str) -> None:
    status, printed = acl("(dance)\n\n(inform :content a)\n", "string", target)
    separator = acl_forms.FORMS[target]().separator
    error, message, rest = printed.split(separator)
    assert (status, rest) == (1, b"")
    assert set(json.loads(error)) == {"error", "position"}
    assert acl.contents(message, target) == ["a"]


def test_what_the_other_form_cannot_carry_is_said(acl: Command) -> None:
    status, printed = acl('(inform :content "a\rb")\n\n(inform :content c)', "string", "stanza")
    error = json.loads(printed.splitlines()[0])
    assert (status, error["position"]) == (1, 0)
    assert "stanza cannot carry the message: content" in error["error"]
    assert b"<body>c</body>" in printed


def test_bytes_that_are_not_utf8_come_through(acl: Command) -> None:
    data = b'(inform :content "\xe9\xff\n\nx")'
    status, printed = acl(data, "string", "json")
    assert status == 0
    assert acl(acl(printed, "json", "bitefficient")[1], "bitefficient", "string") == (
        0,
        b'(inform\n :content #6"\xe9\xff\n\nx)\n\n'.replace(b"#6", b"#5"),
    )


@pytest.mark.parametrize(
    ("data", "source", "contents"),
    [
        (b"(inform :content " + b"x" * 3000 + b")\n\n(inform :content b)", "string", [None, "b"]),
        (b"(inform :content\n" + b"x\n" * 3000 + b")\n\n(inform :content b)", "string", [None, "b"]),
        (b'(inform :content "\n\n' + b"x\n" * 3000 + b')\n\n(inform :content b)', "string", [None, None, "b"]),
        (b"<message>" + b"x" * 3000 + b"</message>\n\n" + STANZA.format(body="b").encode(), "stanza", [None, "b"]),
        (b'{"content":"' + b"x" * 3000 + b'"}\n{"performative":"inform","content":"b"}', "json", [None, "b"]),
        (base64.b64encode(b"\xfa\x10\x08\x04\x14" + b"x" * 3000) + b"\n" + base64.b64encode(MESSAGES[1]),
         "bitefficient", [None, "b"]),
        (base64.b64encode(b"\xfa\x10\x08\x04\x14" + b"x" * 900) + b"\n" + base64.b64encode(MESSAGES[1]),
         "bitefficient", [None, "b"]),
        (b"\xfa\x10\x08\x04\x14" + b"x" * 3000 + b"\x00\x01" + MESSAGES[1], "bitefficient", [None, "b"]),
    ],
)  # fmt: skip
def test_a_message_that_is_too_long_is_skipped(
    acl: Command, monkeypatch: pytest.MonkeyPatch, data: bytes, source: str, contents: list[str | None]
) -> None:
    for module in (acl_blocks, acl_forms):
        monkeypatch.setattr(module, "LARGEST", 800)
    monkeypatch.setattr(acl_forms, "_CHUNK", 100)
    assert acl.contents(data, source) == contents


@pytest.mark.parametrize(
    ("piece", "source"),
    [(b'(inform #9999999"\n\n', "string"), (b'(inform "\n\n" "\n\n', "string"), (b"<message>\n\nx\n\n", "stanza")],
)
def test_malformed_messages_do_not_take_others_with_them_again_and_again(piece: bytes, source: str) -> None:
    """What took more than linear time would not end within the time that tests have."""
    assert all(isinstance(read, MalformedMessage) for read in acl_forms.FORMS[source]().read(io.BytesIO(piece * 8000)))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--from is missing"),
        (("--from", "string"), "--to is missing"),
        (("--to", "json"), "--from is missing"),
        (("--from", "xml", "--json"), "xml is no form"),
        (("--from", "string", "--to", "xml"), "xml is no form"),
    ],
)
def test_errors_of_usage_are_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert launcher.main(["acl", *arguments]) == launcher.FAILED
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert "string, bitefficient, stanza, json" in printed.err
    assert printed.err.count("\n") == 1


def test_messages_are_translated_as_they_come() -> None:
    command = [sys.executable, str(ROOT / "launcher.py"), "acl", "--from", "string", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for content in ("a", "b"):
            process.stdin.write(f"(inform :content {content})\n\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["content"] == content
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_it_starts_light() -> None:
    code = (
        "import sys, launcher; launcher.main(['acl', '--from', 'string', '--to', 'stanza']); "
        "print(sorted(sys.modules), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input="(inform)", capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.startswith("<message")
    heavy = {"spade", "spacy", "slixmpp", "pymilvus", "openai", "sqlalchemy", "aiohttp"}
    assert not heavy & set(ended.stderr.replace("'", "").replace("[", "").replace("]", "").split(", "))


@settings(max_examples=30)
@given(st.lists(XML_MESSAGES, max_size=3), st.sampled_from(FORMS))
def test_a_stream_of_messages_is_read_as_it_was_written(messages: list[ACLMessage], name: str) -> None:
    form = acl_forms.FORMS[name]()
    stream = b"".join(form.write(message) + form.separator for message in messages)
    assert list(form.read(io.BytesIO(stream))) == messages


@settings(max_examples=60)
@given(st.lists(st.sampled_from([b"(inform", b'"', b"\n\n", b"#9\"", b"<message>", b"{", b"x", b")", b"\xfa\x10\x08"])),
       st.binary(max_size=20), st.sampled_from(FORMS))  # fmt: skip
def test_any_stream_is_read(pieces: list[bytes], binary: bytes, name: str) -> None:
    for stream in (b"".join(pieces), b"".join(pieces) + binary, binary + b"".join(pieces)):
        for read in acl_forms.FORMS[name]().read(io.BytesIO(stream)):
            assert isinstance(read, ACLMessage | MalformedMessage)
