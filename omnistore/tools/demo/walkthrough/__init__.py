"""A walkthrough of the shop's main use case over HTTP, run by `make demo`. Nothing imports it."""
