from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CartsConfig(AppConfig):
    """Carts, pricing and wish lists: one persistent cart per customer."""

    name = "carts"
    verbose_name = _("Carts")

    def ready(self) -> None:
        from carts.channels import signals  # noqa: F401 - connects the receivers
        from carts.queries.parity import count_differences
        from core.web import metrics

        metrics.figures["price_parity_differences"] = count_differences
