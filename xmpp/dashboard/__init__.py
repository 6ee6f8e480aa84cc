"""Pages about agents, for the owner's browser: who runs, what each does, says and offers.

SPADE has such pages, and they are open to whoever reaches the port: no authentication, changes by a mere GET, assets
of other hosts. Here they are closed (``access``): loopback only, a random token, changes by POST with a token against
forgery, nothing from elsewhere.

=============  ==========================================================================
file           what it has
=============  ==========================================================================
`access`       who may look, and the headers that hold a browser to it
`views`        what a page shows of an agent, as values
`pages`        the pages and the one change: stopping an agent
`server`       the pages of all agents of a process, on one port
`agent_web`    ``agent.web`` for those who know SPADE: one agent, and pages of their own
=============  ==========================================================================
"""
