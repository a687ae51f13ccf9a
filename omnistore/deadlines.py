"""The settings of how long something takes, is kept or is valid, read from the environment."""

from core.setup.environment import number, numbers

# Working days from an order to the parcel's arrival.
SHIP_LEAD_DAYS = number("SHIP_LEAD_DAYS", default=2)
# Days from the hand-over in which a shopper may request a return.
RETURN_WINDOW_DAYS = number("RETURN_WINDOW_DAYS", default=30)
# Days after its promised time when an order to be paid in the store that nobody has made ready is cancelled.
UNPAID_PICKUP_DAYS = number("UNPAID_PICKUP_DAYS", default=3)
# How many hours before a pickup's deadline its buyer is reminded, for example "72,24"; empty for never.
PICKUP_REMINDER_HOURS = numbers("PICKUP_REMINDER_HOURS", default=["24"])
# Years that a gift card is valid, counted from the end of the year of its sale; 0 for ever.
GIFT_CARD_YEARS = number("GIFT_CARD_YEARS", default=3)
