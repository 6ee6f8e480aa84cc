"""The screen: capture, what must not be seen, text recognition, layout, and what it says in words."""
