"""Registers and their sessions: opened, counted, closed; card readers. The lowest room: every other may import it."""
