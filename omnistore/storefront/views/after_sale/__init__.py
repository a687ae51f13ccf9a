"""What visitors do with an order after they have it."""
