"""Goals into plans: templates, plans by a language model, award of steps, and the state of what runs.

What stands where: ``templates`` makes a plan from wishes, ``graph`` orders its steps, ``state`` says how a
step may go on, ``award`` ranks offers, ``store`` keeps plans; ``planner`` joins templates with
``llm_planner``, for which ``llm`` holds the language models. This package knows no agent and no network of
agents; it takes and returns values of ``ontology``.
"""
