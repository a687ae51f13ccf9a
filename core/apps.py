from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """The floor: money, errors, the journal, idempotency; it knows no business."""

    name = "core"

    def ready(self) -> None:
        autodiscover_modules("invariants", "handlers")
