"""Backups restored for trial: a dump, and a physical copy at a point in time, into servers that are thrown away."""
