"""
How goods reach the customer: pickups, parcels, hand-overs, and cancelling what has not left.

May import registers and payments.
"""
