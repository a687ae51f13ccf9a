"""The back office of orders and their money; importing it registers the pages."""

from orders.admin import balances_due, carriers, invoices, loyalty, orders, providers, refunds, sellers, taxes

__all__ = ["balances_due", "carriers", "invoices", "loyalty", "orders", "providers", "refunds", "sellers", "taxes"]
