from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    """Messages to customers, triggered by the journal."""

    name = "omnistore.engagement"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from core.web import metrics
        from omnistore.engagement.queries.failures import count_failed_messages

        metrics.figures["messages_failed"] = count_failed_messages
