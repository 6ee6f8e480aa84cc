"""Where traces go: nowhere, unless the configuration names an OpenTelemetry collector."""

import asyncio
from collections.abc import Callable
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from behaviours.tracing import Tracer
from xmpp.errors import WireError

_SERVICE: Final = "parley"
_TIMEOUT: Final = 2.0
"""Seconds within which the collector must have taken what it is sent, tries again included."""

_WAITING: Final = 1024
"""How many spans may wait to be sent; all go at once, so that a collector that hangs cannot hold up the end."""


class TelemetrySettings(BaseModel):
    """Traces of what the agents do, for a collector that you run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    otlp_url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="where traces are sent, by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; unset: nowhere",
    )


class TelemetryError(WireError):
    """Traces are wanted and cannot be had; the text says what to do."""


class Telemetry:
    """Sends the spans of conversations to a collector.

    Args:
        url: the collector's address for traces.

    Attributes:
        tracer: follows the conversations.

    Raises:
        TelemetryError: OpenTelemetry is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise TelemetryError(
                "Traces need OpenTelemetry, which is not installed: run `make setup`, or unset `telemetry.otlp_url`."
            ) from error
        from xmpp.tracing import ConversationTracer

        # It is not made the process's own provider: what libraries would trace of themselves goes nowhere.
        provider = TracerProvider(resource=Resource({"service.name": _SERVICE}), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=url, timeout=_TIMEOUT)
        provider.add_span_processor(
            BatchSpanProcessor(exporter, max_queue_size=_WAITING, max_export_batch_size=_WAITING)
        )
        self.tracer: Tracer = ConversationTracer(provider.get_tracer(_SERVICE))
        self._shutdown: Callable[[], None] = provider.shutdown

    async def stop(self) -> None:
        """Send what is left, and end."""
        await asyncio.to_thread(self._shutdown)
