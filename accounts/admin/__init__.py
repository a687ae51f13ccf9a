"""The back office of people and what they have with the shop; importing it registers the pages."""

from accounts.admin import balances, loyalty, people

__all__ = ["balances", "loyalty", "people"]
