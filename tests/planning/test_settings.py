"""Settings: closed by default, and nothing that would show a key."""

import pytest
from pydantic import ValidationError

from planning.settings import LlmSettings, PlanningSettings, is_loopback


def test_there_is_no_language_model_by_default() -> None:
    assert not LlmSettings().configured
    assert LlmSettings(url="http://127.0.0.1:11434/v1", model="m").configured


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"url": "http://127.0.0.1/v1"}, "set together"),
        ({"model": "m"}, "set together"),
        ({"url": "ftp://a/v1", "model": "m"}, "must begin with http"),
        ({"url": "https://", "model": "m"}, "name a host"),
        ({"url": "https://me:secret@a/v1", "model": "m"}, "must not hold a password"),
        ({"url": "http://a.example/v1", "model": "m", "key_env": "KEY"}, "must begin with https"),
        ({"url": "https://a/v1", "model": "m", "key_env": "sk-1234"}, "pattern"),
        ({"timeout": 0}, "greater than 0"),
        ({"nonsense": 1}, "not permitted"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        LlmSettings.model_validate(settings)


def test_a_key_may_go_to_this_machine_in_clear() -> None:
    assert LlmSettings(url="http://localhost:8000/v1", model="m", key_env="KEY").key_env == "KEY"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.8.8.8", True),
        ("http://[::1]:80/v1", True),
        ("http://localhost", True),
        ("http://a.localhost", True),
        ("http://localhost.example", False),
        ("http://10.0.0.1", False),
        ("nonsense", False),
    ],
)
def test_loopback_is_known(url: str, here: bool) -> None:
    assert is_loopback(url) is here


@pytest.mark.parametrize("model", [LlmSettings, PlanningSettings])
def test_every_setting_says_what_it_is(model: type[LlmSettings] | type[PlanningSettings]) -> None:
    assert all(field.description for field in model.model_fields.values())
