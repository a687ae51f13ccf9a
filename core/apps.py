from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """The floor: money, errors, the journal, idempotency; it knows no business."""

    name = "core"
    verbose_name = _("Journal")

    def ready(self) -> None:
        autodiscover_modules("invariants", "handlers")
