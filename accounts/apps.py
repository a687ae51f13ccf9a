from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People: who they are, how they are recognised, what they agreed to."""

    name = "accounts"

    def ready(self) -> None:
        from accounts import receivers, schema  # noqa: F401
