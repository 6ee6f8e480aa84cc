"""The wire: server, accounts, connections, ACL on stanzas, and chat with people."""
