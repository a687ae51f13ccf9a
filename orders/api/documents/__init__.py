"""Views of documents. Only the API's addresses import them."""
