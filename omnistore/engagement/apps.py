from django.apps import AppConfig


class EngagementConfig(AppConfig):
    """Talking with customers: reads the journal, sends messages."""

    name = "omnistore.engagement"

    def ready(self) -> None:
        from omnistore.engagement import handlers  # noqa: F401 - subscribes to the journal
