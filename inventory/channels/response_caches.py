"""The shared responses of the catalogue; inventory/handlers.py drops them when the catalogue changes."""

from core.web.response_cache import ResponseCache

# Lists, product pages, categories and stores. Sales do not drop them: stock in them is a few seconds old at most.
catalogue = ResponseCache("catalogue")
