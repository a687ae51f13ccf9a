"""
What orders are paid with and owe: tenders, authorisations, refunds, balances due, gift cards sold, points, card
readers.

May import registers; the rooms above import it.
"""
