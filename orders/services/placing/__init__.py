"""
Making an order out of a cart: stock is allocated and reserved, rows are written, receipts are sent.

May import registers, payments and fulfilment.
"""
