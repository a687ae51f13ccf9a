"""Goods on their way to the customer, as staff see them: pickups, parcels, and what waits in a store."""
