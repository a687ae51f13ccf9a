"""Pickups: prepared, kept until a deadline, and handed over at the desk."""
