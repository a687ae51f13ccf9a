"""
The real PostgreSQL and the real Valkey, started from Python wheels where no other servers are named.

Where their sockets lie follows from the data directory alone, so that settings, commands and tests find a
running server without asking anybody.
"""
