from django.apps import AppConfig


class TillConfig(AppConfig):
    """The point of sale and the pickup desk, inside the back office."""

    name = "omnistore.till"
    label = "till"
