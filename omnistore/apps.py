from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps  # Not the class: Django would take it for one of ours.


class OmnistoreConfig(AppConfig):
    """The roof: settings, URLs, the worker, the supervisor."""

    name = "omnistore"

    def ready(self) -> None:
        # Tasks are published to the broker of this application; unless it exists, to one on localhost.
        from omnistore import celery  # noqa: F401


class BackOfficeConfig(admin_apps.AdminConfig):
    """Makes the shop's own admin site the one that every app registers with."""

    default = False
    default_site = "omnistore.admin_site.BackOffice"
