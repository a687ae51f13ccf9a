"""Accounts: opened, proved, changed. The highest room: it may import customers and balances."""
