"""How ACL messages are written down: as text (FIPA 00070), bit-efficient (FIPA 00069) and as JSON.

Each module has ``encode`` and ``decode``. The form on XMPP stanzas is in ``xmpp.stanza``.
"""
