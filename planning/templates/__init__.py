"""Plans without a language model: one template for every intent, and several wishes as several steps.

A template is a function that makes the action of one wish. It is written into any module of this package
and says by :func:`planning.templates.registry.template` for which intent it is; modules here are found by
themselves, so that a new intent needs one function and no list.
"""

import importlib
import pkgutil

from planning.templates.plans import make_plan
from planning.templates.registry import action_for, intents, template

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["action_for", "intents", "make_plan", "template"]
