from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Orders, payments and hand-over."""

    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from accounts.queries.purchases import define_purchases
        from orders.queries.purchases import PURCHASES

        define_purchases(PURCHASES)
