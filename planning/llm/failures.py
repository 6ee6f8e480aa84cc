"""From the errors of the openai package to ours: which are worth another try, which are final."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from planning.errors import LlmError, LlmInvalid, LlmRefused, LlmUnavailable
from planning.llm.retries import Transient

if TYPE_CHECKING:
    from openai import APIStatusError

_FORMAT_REFUSED = frozenset({400, 404, 415, 422, 501})
_LONGEST_WAIT = 600.0


class FormatRefused(Exception):
    """The endpoint does not take a response format; the request may be sent again without."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is, for sentences about what went wrong there."""

    url: str
    model: str
    timeout: float

    @property
    def where(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc

    def too_slow(self) -> LlmError:
        """Return the error of an answer that did not come in time."""
        return LlmUnavailable(f"The language model at {self.where} did not answer within {self.timeout:g} seconds.")

    def broke_off(self) -> LlmError:
        """Return the error of an answer that ended in the middle."""
        return LlmUnavailable(f"The language model at {self.where} broke off in the middle of its answer.")

    def unavailable(self, failure: Transient) -> LlmError:
        """Return the error of an endpoint that still fails after all tries."""
        return LlmUnavailable(f"The language model at {self.where} {failure} Please try later.")

    def translate(self, error: Exception, *, formatted: bool) -> Exception:
        """Return the error to raise for one that the openai package raised.

        Args:
            error: what was raised; what is not of the endpoint's making is returned as it is.
            formatted: whether the request asked for a response format.
        """
        import openai

        match error:
            case openai.APIStatusError():
                return self._of_status(error, formatted=formatted)
            case openai.APITimeoutError():
                return self.too_slow()
            case openai.APIConnectionError():
                return Transient("cannot be reached.")
            case openai.APIResponseValidationError() | ValueError():
                return LlmInvalid("it is not in the form of the chat completions API.")
            case openai.APIError():
                return Transient("failed.")
        return error

    def _of_status(self, error: "APIStatusError", *, formatted: bool) -> Exception:
        status = error.status_code
        if status in {401, 403}:
            return LlmRefused(
                f"The language model at {self.where} does not accept the key; check llm.key_env and the variable "
                "that it names."
            )
        if status == 429 and error.code == "insufficient_quota":
            return LlmRefused(f"The account at {self.where} has no credit left.")
        if formatted and status in _FORMAT_REFUSED:
            return FormatRefused()
        if status == 429:
            return Transient("has too much to do.", _retry_after(error.response.headers))
        if status >= 500:
            return Transient(f"failed (status {status}).", _retry_after(error.response.headers))
        if status == 404:
            return LlmRefused(f"There is no model {self.model} at {self.url}; check llm.url and llm.model.")
        return LlmRefused(f"The language model at {self.where} does not take the request (status {status}).")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return min(max(float(headers.get("retry-after", "")), 0), _LONGEST_WAIT)
    except ValueError:
        return None
