"""The demo's staff and shoppers, with their balances and points. Only the seeding imports them."""
