"""What is hidden, and what is left alone, as tables. None of these secrets is a real one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.redaction import HIDDEN, is_excluded_title, redact
from vision.secrets import find_secrets, is_card_number

PRIVATE_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nQmFzZTY0IGxpbmU0MjQy\n"

HIDDEN_CASES = {
    "password: hunter2": "password: ▒▒▒",
    "Password = correct horse battery": "Password = ▒▒▒",
    "Your password is hunter2": "Your password is ▒▒▒",
    "DB_PASSWORD=s3cret": "DB_PASSWORD=▒▒▒",
    '"password": "hunter2"': '"password": ▒▒▒',
    "Passphrase: four words of mine": "Passphrase: ▒▒▒",
    "PIN: 4921": "PIN: ▒▒▒",
    "CVV: 123": "CVV: ▒▒▒",
    "Verification code: 481 516": "Verification code: ▒▒▒",
    "api_key = abc": "api_key = ▒▒▒",
    "API key: 12ab": "API key: ▒▒▒",
    "AWS_SECRET_ACCESS_KEY=abc/def": "AWS_SECRET_ACCESS_KEY=▒▒▒",
    "client secret: xyz": "client secret: ▒▒▒",
    "Passwort: geheim": "Passwort: ▒▒▒",
    "recovery phrase: apple pear plum": "recovery phrase: ▒▒▒",
    "key sk-proj-abcdefghijklmnop1234 here": "key ▒▒▒ here",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789": "▒▒▒",
    "github_pat_11ABCDEFG0abcdefghijkl_mnop": "▒▒▒",
    "AKIAIOSFODNN7EXAMPLE": "▒▒▒",
    "xoxb-123456789012-abcdefghij": "▒▒▒",
    "AIzaSyA1234567890abcdefghijklmnopqrstu": "▒▒▒",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def_123": "▒▒▒",
    "Authorization: Bearer abcdef1234567890": "Authorization: Bearer ▒▒▒",
    "postgres://anna:hunter2@db.example.org/x": "postgres://anna:▒▒▒@db.example.org/x",
    "Card 4111 1111 1111 1111 until 12/29": "Card ▒▒▒ until 12/29",
    "5500-0000-0000-0004": "▒▒▒",
    "378282246310005": "▒▒▒",
    "IBAN DE89 3704 0044 0532 0130 00": "IBAN ▒▒▒",
    PRIVATE_KEY + "-----END OPENSSH PRIVATE KEY-----\nafter": (
        "-----BEGIN OPENSSH PRIVATE KEY-----▒▒▒-----END OPENSSH PRIVATE KEY-----\nafter"
    ),
    PRIVATE_KEY + "Short line": "-----BEGIN OPENSSH PRIVATE KEY-----▒▒▒\nShort line",
    "Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A5": "▒▒▒",
    "Password\nhunter2": "Password\n▒▒▒",
    "Password:\n\nhunter2\nLog in": "Password:\n\n▒▒▒\nLog in",
}

LEFT_ALONE = [
    "",
    "The budget for the third quarter is 48,200 euros.",
    "Your password is incorrect. Try again.",
    "The password is required",
    "Forgot password?",
    "Change your password in the settings",
    "Password\nLog in",
    "Password\nForgot your password?",
    "Order number 1234 5678 9012 3456",
    "0000 0000 0000 0000",
    "Call +49 30 1234567 or 0171 2345678",
    "2026-11-20 13:15:31",
    "commit 32dd03b1f0a94d2c8f7e6b5a4c3d2e1f0a9b8c7d",
    "https://example.org/a/very/long/path/that/goes/on/and/on/and/on.html",
    "anna@example.org",
    "1.4142135623730950488016887242",
    'File "report.py", line 12, in <module>',
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ",
    "tokenizer.model",
    "a tokens list and a secretary",
    "DE12 3456 7890 1234 5678 90",
]

CARDS = {
    "4111111111111111": True,
    "4111 1111 1111 1111": True,
    "5555555555554444": True,
    "378282246310005": True,
    "4111111111111112": False,
    "1111111111111111": False,
    "42": False,
    "": False,
}


@pytest.mark.parametrize(("text", "redacted"), HIDDEN_CASES.items())
def test_secrets_are_hidden(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_the_rest_is_left_alone(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(("number", "is_card"), CARDS.items())
def test_card_numbers(number: str, is_card: bool) -> None:
    assert is_card_number(number) is is_card


@given(st.integers(10**14, 10**15 - 1), st.sampled_from(["", " ", "-"]))
def test_every_card_number_is_hidden(digits: int, separator: str) -> None:
    number = next(f"{digits}{check}" for check in range(10) if is_card_number(f"{digits}{check}"))
    written = separator.join(number[start : start + 4] for start in range(0, 16, 4))
    assert redact(f"paid with {written} today") == f"paid with {HIDDEN} today"


@given(st.text(st.sampled_from("password: =\nab1 sk-EY.@/"), max_size=300))
def test_spans_are_in_order_and_within(text: str) -> None:
    end = -1
    for span in find_secrets(text):
        assert end < span.start < span.end <= len(text)
        end = span.end


TITLES = [
    ("Passwords - KeePassXC", ("keepass",), True),
    ("Mozilla Firefox Private Browsing", ("private browsing",), True),
    ("Inbox", ("keepass",), False),
    ("Inbox", ("",), False),
    ("Inbox", (), False),
]


@pytest.mark.parametrize(("title", "words", "excluded"), TITLES)
def test_excluded_titles(title: str, words: tuple[str, ...], excluded: bool) -> None:
    assert is_excluded_title(title, words) is excluded
