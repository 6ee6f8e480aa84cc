"""The documentation: its pages, the generators of some of them, and the examples that they show."""
