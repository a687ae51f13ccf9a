"""The callers of a measured shop: visitors, load generator, hand-written SQL. Only the benchmark imports them."""
