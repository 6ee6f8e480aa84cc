"""The XMPP server that people and agents meet on: settings, process, accounts, certificate.

Import from the modules themselves (`xmpp.server.start`, `xmpp.server.settings`, ...); nothing is
imported here, so that a command that needs one of them does not pay for the rest.
"""
