from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Customers: identity, sign-in, consents and balances."""

    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts.sign_in import receivers, schema  # noqa: F401
