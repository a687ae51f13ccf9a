"""Views on pickups and cancelling."""
