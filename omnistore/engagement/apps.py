from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    """Messages to customers, triggered by the journal."""

    name = "omnistore.engagement"
    verbose_name = _("Messages")
