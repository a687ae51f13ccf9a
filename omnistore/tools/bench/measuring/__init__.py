"""Meters of CPU time and statements, figures and ratios. Every room of the benchmark may import it."""
