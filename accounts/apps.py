from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People: who they are, how they are recognised, what they agreed to."""

    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts.sign_in import receivers, schema  # noqa: F401
