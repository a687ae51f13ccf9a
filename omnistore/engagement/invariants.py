"""What must always be true of messages."""

from core.data.spelling_invariants import without_card_numbers

# The plain text says all that the page does, without its markup.
without_card_numbers(
    "no message has a payment card's number in it",
    engagement_message=["recipient", "subject", "body", "error"],
    engagement_mailboxmessage=["subject", "body"],
)
