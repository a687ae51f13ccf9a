"""
External services that carts are priced with: tax services and carriers, one folder each, found by it.

They are called ahead of time, never while a cart is priced: their answers are stored as the shop's own rates
(docs/decisions/0062), so that the shop keeps selling while a service is down.
"""
