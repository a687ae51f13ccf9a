"""
Goods that come back: what shoppers ask for, and what is taken back at a desk or in a warehouse.

May import registers, payments and fulfilment.
"""
