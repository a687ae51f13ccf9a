from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    """What is sold, for how much, and where it lies."""

    name = "inventory"
    verbose_name = _("Goods, stores and stock")
