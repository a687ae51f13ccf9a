"""What a person fills in to sign up, beyond what django-allauth asks for itself."""

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from core.languages import active_language


class SignupForm(forms.Form):
    """
    The base of every sign-up form, on the web and in the app: an e-mail address, a phone number, or both.

    Whichever is given is proved by a code before the account can be used.
    """

    name = forms.CharField(label=_("Name"), max_length=200, required=False)

    def full_clean(self) -> None:
        """Check what was filled in."""
        # allauth settles what is required when it makes the form, before anybody has looked at the answers, and its
        # mandatory verification by code insists on asking for an address.
        if self.is_bound and "email" in self.fields and self.data.get("phone"):
            self.fields["email"].required = False
        super().full_clean()

    def signup(self, request: HttpRequest, user: Customer) -> None:
        """Fill in the new person's record. The language is the one the form was filled in in."""
        user.name = self.cleaned_data["name"]
        user.email = self.cleaned_data.get("email") or ""
        user.language = active_language()
        user.signed_up_at = timezone.now()
        user.save(update_fields=["name", "email", "language", "signed_up_at"])
