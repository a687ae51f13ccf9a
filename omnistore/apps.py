from django.apps import AppConfig


class OmnistoreConfig(AppConfig):
    """The roof: settings, URLs, the worker, the supervisor."""

    name = "omnistore"

    def ready(self) -> None:
        # Tasks are published to the broker of this application; unless it exists, to one on localhost.
        from omnistore import celery  # noqa: F401
