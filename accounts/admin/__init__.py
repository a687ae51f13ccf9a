"""The back office of customers and their balances; importing it registers the pages."""

from accounts.admin import balances, loyalty, people

__all__ = ["balances", "loyalty", "people"]
