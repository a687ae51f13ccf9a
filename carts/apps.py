from django.apps import AppConfig


class CartsConfig(AppConfig):
    """The wish: one persistent cart per customer."""

    name = "carts"
