"""What is offered on the first run: a language model that is at hand."""

import asyncio
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import yaml

from launching.clients import Home
from launching.console import progress

if TYPE_CHECKING:
    from planning.discovery import Offer, Probe


def offer_language_model(home: Home, *, probes: "Sequence[Probe] | None" = None) -> None:
    """On the first run on a terminal, offer a language model that answers on loopback, or whose key is set.

    What the person chooses is written to the configuration. It is asked once: afterwards the configuration exists.

    Args:
        home: the data folder.
        probes: where to look on this machine; None: where such servers usually are.
    """
    if home.folder.configuration.exists() or not sys.stdin.isatty():
        return
    from planning.discovery import PROBES, discover

    progress("Looking for a language model on this machine ...")
    offers = asyncio.run(discover(os.environ, probes=PROBES if probes is None else probes))
    try:
        chosen = _choose(offers)
    except EOFError:  # Ctrl-D: no more questions, please
        chosen = {}
        progress("")
    home.folder.create()
    settings = {"llm": chosen} if chosen else {}
    text = "# The configuration; docs/configuration.md lists every key.\n"
    text += yaml.safe_dump(settings) if settings else ""
    path = home.folder.configuration
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    if not chosen:
        progress("Without a language model everything works that is not open-ended. Set llm.url to add one later.")


def _choose(offers: "Iterable[Offer]") -> dict[str, str]:
    """Return the settings of the offer that the person takes; none where they take none."""
    for offer in offers:
        model = offer.models[0] if offer.models else ""
        shown = f"{offer.kind} at {offer.url}" + (f" with {model}" if model else "")
        key = f" (key from {offer.key_env}; what you ask openly will be sent there)" if offer.key_env else ""
        if input(f"Use {shown} for open questions?{key} [y/N] ").strip().lower() not in {"y", "yes"}:
            continue
        model = model or input("Name of the model: ").strip()
        if model:
            return {"url": offer.url, "model": model} | ({"key_env": offer.key_env} if offer.key_env else {})
    return {}
