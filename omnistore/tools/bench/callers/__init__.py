"""The callers of a measured shop: its visitors, the load generator, and the same work as hand-written SQL."""
