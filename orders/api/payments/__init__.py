"""Views on what orders are paid with. Only the API's addresses import them."""
