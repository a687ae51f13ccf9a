"""
PostgreSQL and Valkey, started from Python wheels if the settings name no other servers.

The data directory alone determines the paths of their sockets, so settings, commands and tests find a running server.
"""
