from django.apps import AppConfig


class CartsConfig(AppConfig):
    """The wish: one persistent cart per customer."""

    name = "carts"

    def ready(self) -> None:
        from carts import signals  # noqa: F401 - connects the receivers
