from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
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
        register(_name_untaxed_stores, Tags.database)


def _name_untaxed_stores(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    from carts.queries.untaxed_stores import find_untaxed_stores

    hint = "Add a tax zone for the country, with the rates of each tax category, in the back office."
    return [Warning(words, hint=hint, id="carts.W001") for words in find_untaxed_stores()] if databases else []
