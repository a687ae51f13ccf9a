"""The sign-up fields beyond those of django-allauth."""

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from core.texts.languages import active_language


class SignupForm(forms.Form):
    """
    The base of every sign-up form, on the web and in the app: an e-mail address, a phone number, or both.

    Each of them is verified by a code before the account can be used.
    """

    name = forms.CharField(label=_("Name"), max_length=200, required=False)

    def full_clean(self) -> None:
        """Validate the form."""
        # allauth decides which fields are required when it creates the form, before it reads the input, and its
        # mandatory verification by code always requires an address.
        if self.is_bound and "email" in self.fields and self.data.get("phone"):
            self.fields["email"].required = False
        super().full_clean()

    def signup(self, request: HttpRequest, user: Customer) -> None:
        """Fill in the new customer record. The language is the one in which the form was shown."""
        user.name = self.cleaned_data["name"]
        user.email = self.cleaned_data.get("email") or ""
        user.language = active_language()
        user.signed_up_at = timezone.now()
        user.save(update_fields=["name", "email", "language", "signed_up_at"])
