"""The adapter for django-allauth: where phone numbers are stored, how codes are sent, and the sign-in stages."""

import time
from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import LoginMethod
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import is_headless_request
from allauth.headless.constants import Client
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.models.form_fields import PhoneInput
from accounts.queries.people import find_by_proved_phone
from accounts.senders.sms import SmsError, send_sms
from accounts.services.identity import identity
from accounts.services.identity.wrong_sign_ins import is_one_too_many, note_wrong_sign_in
from accounts.sign_in.attempt_limits import source_of
from core.actors import APP, WEB, Actor
from core.texts.spelling import plain_email
from core.web.api.problems import problem, text_of

STAGES = {
    "allauth.account.stages.PhoneVerificationStage": "accounts.sign_in.stages.PhoneStage",
    "allauth.account.stages.EmailVerificationStage": "accounts.sign_in.stages.EmailStage",
}


def proving_actor(customer: Customer, request: HttpRequest) -> Actor:
    """Return people who verify their own details as actors, on the app's or the web channel."""
    channel = APP if is_headless_request(request) == Client.APP else WEB
    return Actor(channel, customer_id=customer.merged_into_id or customer.pk)


class AccountAdapter(DefaultAccountAdapter):
    """Stores the phone number on the customer and sends codes through the shop's senders."""

    def get_login_stages(self) -> list[str]:
        """Return the stages between a password or code and being signed in, in order."""
        return [STAGES.get(stage, stage) for stage in super().get_login_stages()]

    def clean_email(self, email: str) -> str:
        """Return the e-mail address for a sign-up or for adding one."""
        # An unfinished sign-up must not block the address for its owner, and its password must not survive.
        email = plain_email(email)
        identity.release_unproved_address(email=email)
        return email

    def phone_form_field(self, **kwargs: Any) -> Any:
        """Return the field for a number in any spelling that can be dialled; allauth's own takes E.164 alone."""
        return PhoneInput(**{"label": _("Phone")} | kwargs)

    def set_phone(self, user: Customer, phone: str, verified: bool) -> None:
        """Store the phone number of a person who signs up or changes it."""
        user.phone = phone
        if verified:
            self.set_phone_verified(user, phone)
        else:
            user.phone_verified_at = None
            user.save(update_fields=["phone", "phone_verified_at"])

    def get_phone(self, user: Customer) -> tuple[str, bool] | None:
        """Return the number and whether it is verified."""
        return (str(user.phone), user.phone_verified_at is not None) if user.phone else None

    def set_phone_verified(self, user: Customer, phone: str) -> None:
        """Record that the person entered the code sent to the number."""
        try:
            identity.prove_phone(
                customer=user, phone=phone, by=proving_actor(user, context.request), now=timezone.now()
            )
        except identity.PhoneTaken as refusal:
            raise ImmediateHttpResponse(problem(refusal.status, text_of(refusal), code=refusal.code)) from refusal
        user.refresh_from_db(fields=["phone", "phone_verified_at"])

    def get_user_by_phone(self, phone: str) -> Customer | None:
        """Return the person who verified the number; an unverified number identifies nobody."""
        return find_by_proved_phone(phone)

    def send_verification_code_sms(self, user: Customer, phone: str, code: str, **kwargs: Any) -> None:
        """Send a code in the language of the request."""
        self._text(phone, _("%(code)s is your code. Do not share it.") % {"code": code})

    def send_account_already_exists_mail(self, email: str) -> None:
        """Send a person who signs up with an address that has an account the hint to sign in instead."""
        self._take_as_long_as_a_new_account()
        super().send_account_already_exists_mail(email)

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Send a person who signs up with a number that has an account the hint to sign in instead."""
        self._take_as_long_as_a_new_account()
        self._text(phone, _("This number already has an account. Sign in with a code."))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the person whose password this is, unless there were too many wrong ones; a wrong one is counted."""
        login = str(credentials.get(LoginMethod.EMAIL.value) or credentials.get(LoginMethod.PHONE.value) or "").lower()
        source, now = source_of(request), timezone.now()
        self._check_attempts(login, source, now)
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is None:
            note_wrong_sign_in(login=login, source=source, now=now)
        else:
            # Of many guesses at once, the right one may be checked after too many wrong ones.
            self._check_attempts(login, source, now)
        return user

    def _check_attempts(self, login: str, source: str, now: datetime) -> None:
        if is_one_too_many(login=login, source=source, now=now):
            raise self.validation_error("too_many_login_attempts")

    def _take_as_long_as_a_new_account(self) -> None:
        # Hashing the password takes most of a sign-up; without it the time would tell who has an account.
        make_password(str(time.time()))

    def _text(self, phone: str, text: str) -> None:
        try:
            send_sms(phone, text)
        except SmsError as error:
            detail = _("We cannot send text messages right now. Try again, or use your e-mail address.")
            raise ImmediateHttpResponse(problem(503, detail, headers={"Retry-After": "30"})) from error
