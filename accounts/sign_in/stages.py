"""What has to be proved on the way in: an account lives on an address or a number, and either is enough."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage, PhoneVerificationStage
from allauth.account.utils import has_verified_email


class PhoneStage(PhoneVerificationStage):
    """Asks for the number's code at sign-up; a number noted later for contact only keeps nobody out."""

    def handle(self) -> tuple[Any, bool]:
        """Return allauth's answer, if the person is held up here, and whether signing in goes on."""
        login = self.login
        if login.user and not login.signup and has_verified_email(login.user):
            return None, True
        response: tuple[Any, bool] = super().handle()
        return response


class EmailStage(EmailVerificationStage):
    """Asks for the address's code, unless the person has no address and lives on the number just proved."""

    def handle(self) -> tuple[Any, bool]:
        """Return allauth's answer, if the person is held up here, and whether signing in goes on."""
        login = self.login
        if login.user and login.user.phone_verified_at and not EmailAddress.objects.filter(user=login.user).exists():
            return None, True
        response: tuple[Any, bool] = super().handle()
        return response
