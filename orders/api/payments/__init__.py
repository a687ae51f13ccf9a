"""Views on what orders are paid with."""
