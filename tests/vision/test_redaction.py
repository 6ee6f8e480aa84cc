"""Nothing excluded is read, and no secret that was read leaves in any form."""

import pytest

from tests.vision.test_layout import words
from tests.vision.test_ocr import picture
from vision.capture import Screenshot
from vision.geometry import Region
from vision.layout import Word, arrange
from vision.ocr import ScreenText, TextReader
from vision.redaction import HIDDEN, hide_excluded, redact_screen
from vision.settings import ExcludedArea, VisionSettings
from vision.windows import Window

SCREEN = Region(0, 0, 640, 240)


def read(found: list[Word]) -> ScreenText:
    return ScreenText(SCREEN, arrange(found))


FORMS: list[tuple[str, list[Word], str, str]] = [
    ("beside", words("Password hunter2", 10, 10)[:1] + words("hunter2", 200, 10), "hunter2", "Password"),
    ("below", words("Password\nhunter2", 10, 10), "hunter2", "Password"),
    ("below with a gap", words("Password", 10, 10) + words("hunter2", 14, 50), "hunter2", "Password"),
    ("in a line", words("my password: hunter2 too", 10, 10), "hunter2", "my password:"),
    ("card", words("Pay with 4111 1111 1111 1111 now", 10, 10), "1111", "now"),
    (
        "two columns",
        words("User\nPassword", 10, 10) + words("anna\nhunter2", 300, 10),
        "hunter2",
        "anna",
    ),
]


@pytest.mark.parametrize(("found", "secret", "kept"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
def test_forms(found: list[Word], secret: str, kept: str) -> None:
    redacted = redact_screen(read(found))
    assert secret in read(found).text
    assert secret not in repr(redacted)
    assert HIDDEN in redacted.text
    assert kept in redacted.text


def test_words_of_one_secret_become_one_mark() -> None:
    redacted = redact_screen(read(words("Pay with 4111 1111 1111 1111 now", 10, 10)))
    assert redacted.text == f"Pay with {HIDDEN} now"
    (mark,) = (word for line in redacted.lines for word in line.words if word.text == HIDDEN)
    assert mark.region.width > 100


def test_a_key_over_several_lines() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx1\nQmFzZTY0IGxpbmU0MjQy\n-----END RSA PRIVATE KEY-----"
    redacted = redact_screen(read(words(key, 10, 10)))
    assert "MIIE" not in redacted.text
    assert "QmFz" not in redacted.text


def test_a_button_below_a_label_is_no_secret() -> None:
    form = read(words("Password", 10, 10) + words("Log in", 10, 40))
    assert redact_screen(form) == form


def test_what_holds_no_secret_is_left_as_it_is() -> None:
    text = read(words("The budget for the third quarter\nis 48,200 euros.", 10, 10))
    assert redact_screen(text) is text


def shown() -> Screenshot:
    taken = picture([("Public text", 20, 20, 20), ("Private text", 20, 140, 20)], corner=100)
    windows = (
        Window("Notes", Region(100, 100, 640, 100), active=True),
        Window("My KeePass vault", Region(100, 220, 640, 120), active=False),
    )
    return Screenshot(taken.pixels, taken.region, taken.screen, taken.monitors, windows)


EXCLUSIONS = [
    VisionSettings(excluded_areas=(ExcludedArea(left=0, top=220, width=2000, height=2000),), excluded_windows=()),
    VisionSettings(excluded_windows=("keepass",)),
]


@pytest.mark.parametrize("settings", EXCLUSIONS)
async def test_excluded_parts_are_never_read(settings: VisionSettings) -> None:
    hidden = hide_excluded(shown(), settings)
    assert (await TextReader().read(hidden)).text == "Public text"
    below = hidden.cropped(Region(100, 220, 640, 120))
    assert set(below.pixels) == {0}


def test_the_title_of_an_excluded_window_is_not_told() -> None:
    hidden = hide_excluded(shown(), VisionSettings())
    assert [window.title for window in hidden.windows] == ["Notes", "a private window"]


def test_without_exclusions_the_picture_is_left_as_it_is() -> None:
    assert hide_excluded(shown(), VisionSettings(excluded_windows=())).pixels == shown().pixels
