"""Whole tasks, run through chat against a really started assistant: which are done right, and how fast.

The tasks are data, a YAML file a kind of use under ``kinds/``: what a person writes, and the outcome that must hold
in the world. ``python -m bench.eval_tasks`` runs them; see :mod:`bench.eval_tasks.tasks` for what a file may hold.
"""
