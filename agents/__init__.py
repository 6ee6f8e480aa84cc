"""One file per agent: what it offers and what it asks of others. Each is a shell around a library folder."""
