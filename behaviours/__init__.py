"""FIPA interaction protocols, both roles, and the conversations under them.

Nothing here knows XMPP: a protocol speaks to a small ``transport`` and can run in a test without a server.
"""
