"""Rehearsals of restoring backups: a dump, and a physical copy at a point in time, into temporary servers."""
