"""The answers of the catalogue that everybody shares; inventory/handlers.py drops them when their subject changes."""

from core.web.response_cache import ResponseCache

# Lists, product pages, categories and stores. Sales do not drop them: stock in them is a few seconds old at most.
catalogue = ResponseCache("catalogue")
