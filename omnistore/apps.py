from django.apps import AppConfig, apps
from django.contrib.admin import (
    apps as admin_apps,
)  # Django would treat the imported class as one of this module.
from django.db.models.signals import post_migrate


class OmnistoreConfig(AppConfig):
    """The top layer: settings, URLs, the worker, the supervisor."""

    name = "omnistore"

    def ready(self) -> None:
        # Tasks are published to this application's broker; without it, Celery would use one on localhost.
        from core.web import health
        from omnistore import celery  # noqa: F401

        # Registers the checks.
        from omnistore.tools import database_checks

        health.conditions["fitness"] = database_checks.ask_fitness
        from omnistore.third_party_translations import translate_names

        translate_names(
            apps.get_model(name)
            for name in ("mfa.Authenticator", "usersessions.UserSession", "django_celery_beat.PeriodicTask")
        )
        post_migrate.connect(database_checks.mark_production, sender=apps.get_app_config("core"))


class BackOfficeConfig(admin_apps.AdminConfig):
    """Makes the shop's admin site the one with which every app registers."""

    default = False
    default_site = "omnistore.back_office.admin_site.BackOffice"
