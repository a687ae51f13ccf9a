from django.apps import AppConfig


class EngagementConfig(AppConfig):
    """Talking with customers: reads the journal, sends messages."""

    name = "omnistore.engagement"
