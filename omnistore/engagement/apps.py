from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    """Talking with customers: reads the journal, sends messages."""

    name = "omnistore.engagement"
    verbose_name = _("Messages")
