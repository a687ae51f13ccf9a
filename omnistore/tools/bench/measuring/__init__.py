"""Meters of CPU time and statements, and the figures and ratios that are computed from them."""
