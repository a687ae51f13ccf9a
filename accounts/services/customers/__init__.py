"""
Customers and what is known of them: addresses, tax numbers, visits; records merged and unmerged.

May import balances; identity imports it.
"""
