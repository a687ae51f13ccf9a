"""Worked money cases of other systems, of laws and of providers, run over the shop's own rules by `make cases`."""
