from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The promise: orders, payments, hand-over."""

    name = "orders"
