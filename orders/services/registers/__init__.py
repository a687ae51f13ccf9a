"""Registers and their sessions: opened, counted, closed. The lowest room: every other may import it."""
