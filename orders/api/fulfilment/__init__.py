"""Views on pickups and cancelling. Only the API's addresses import them."""
