"""Views of the till. Only the API's addresses import them."""
