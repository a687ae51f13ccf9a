"""The verification stages of sign-in: an account needs one verified address or number."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage, PhoneVerificationStage
from allauth.account.utils import has_verified_email


class PhoneStage(PhoneVerificationStage):
    """Requires the number's code at sign-up; a contact number added later does not block sign-in."""

    def handle(self) -> tuple[Any, bool]:
        """Return allauth's response, if this stage stops the person, and whether signing in continues."""
        login = self.login
        if login.user and not login.signup and has_verified_email(login.user):
            return None, True
        response: tuple[Any, bool] = super().handle()
        return response


class EmailStage(EmailVerificationStage):
    """Requires the address's code, unless the person has only the number just verified."""

    def handle(self) -> tuple[Any, bool]:
        """Return allauth's response, if this stage stops the person, and whether signing in continues."""
        login = self.login
        if login.user and login.user.phone_verified_at and not EmailAddress.objects.filter(user=login.user).exists():
            return None, True
        response: tuple[Any, bool] = super().handle()
        return response
