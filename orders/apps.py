from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """The promise: orders, payments, hand-over."""

    name = "orders"
    verbose_name = _("Orders")
