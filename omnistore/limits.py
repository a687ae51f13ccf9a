"""The settings of how often and how much one person or one network may ask, read from the environment."""

from core.setup.environment import env, number

# By one member of staff, or one client, by scope.
THROTTLE_RATES = {
    "handover": env.str("THROTTLE_HANDOVER", default="30/min"),
    "receipt": env.str("THROTTLE_RECEIPT", default="10/hour"),
    "receipt_pdf": env.str("THROTTLE_RECEIPT_PDF", default="30/min"),
    "voucher": env.str("THROTTLE_VOUCHER", default="30/min"),
    "touch": env.str("THROTTLE_TOUCH", default="120/min"),
}
# How many customers one member of staff may open, and see in results of searches, within an hour; 0 for any number.
MOST_PEOPLE_OPENED = number("MOST_PEOPLE_OPENED", default=200)
MOST_PEOPLE_LISTED = number("MOST_PEOPLE_LISTED", default=2000)
# What one shopper may have waiting to be paid in a store, at most.
MOST_UNPAID_ORDERS = number("MOST_UNPAID_ORDERS", default=3)
MOST_UNPAID_UNITS = number("MOST_UNPAID_UNITS", default=20)
# How many orders may hold goods while their payment is under way: of one person who is signed in, and of all guests of
# one network, with so many units; and how many orders of those guests may wait to be paid in a store. 0 for any number.
MOST_HOLDS_OF_PERSON = number("MOST_HOLDS_OF_PERSON", default=10)
MOST_HOLDS_OF_NETWORK = number("MOST_HOLDS_OF_NETWORK", default=50)
MOST_HELD_UNITS_OF_NETWORK = number("MOST_HELD_UNITS_OF_NETWORK", default=500)
MOST_UNPAID_OF_NETWORK = number("MOST_UNPAID_OF_NETWORK", default=100)
