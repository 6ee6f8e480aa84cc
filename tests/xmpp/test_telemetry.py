from __future__ import annotations

import sys

import pytest
from pydantic import ValidationError

from xmpp.telemetry import Telemetry, TelemetryError, TelemetrySettings


def test_where_opentelemetry_is_missing_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(TelemetryError, match=r"unset `telemetry\.otlp_url`"):
        Telemetry("http://127.0.0.1:4318/v1/traces")


def test_nothing_is_sent_unless_an_address_is_named() -> None:
    assert TelemetrySettings().otlp_url is None


@pytest.mark.parametrize("address", ["collector", "ftp://x/y", "http://", "http://a b"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        TelemetrySettings(otlp_url=address)
