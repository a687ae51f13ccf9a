"""Views of goods on their way to the shopper."""
