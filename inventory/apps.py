from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """What is sold, for how much, and where it lies."""

    name = "inventory"
