"""Views of the till."""
