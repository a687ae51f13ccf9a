from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Orders, payments and hand-over."""

    name = "orders"
    verbose_name = _("Orders")
