"""Goods that come back without the order that sold them."""
