"""The back office: Django's admin with the shop's design and sign-in."""

from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.sign_in.authentication import lacks_second_factor, works_here
from omnistore.back_office.sidebar_cache import Contents

NEEDS_TWO = _("Staff sign in with two factors: set up an authenticator app or a passkey first.")
CONTENTS_KEPT = 100  # More than roles times languages.


class SignIn(AdminAuthenticationForm):
    """Sign-in with e-mail and password under the same limits as elsewhere, and with a second factor if set up."""

    code = forms.CharField(
        label=_("Code of your authenticator app"),
        required=False,
        help_text=_("Only if you have set up a second factor. A recovery code works, too."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            user = get_adapter(self.request).authenticate(self.request, email=email, password=password)
            if user is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            self._check_second_factor(user)
            self.user_cache = user
        return self.cleaned_data

    def _check_second_factor(self, user: Any) -> None:
        if lacks_second_factor(user):
            address = f"{reverse('account_login')}?{urlencode({'next': reverse('mfa_activate_totp')})}"
            link = format_html('<a href="{}">{}</a>', address, _("Set up an authenticator app"))
            raise ValidationError(format_html("{} {}", NEEDS_TWO, link))
        if not is_mfa_enabled(user):
            return
        second = AuthenticateForm({"code": self.cleaned_data.get("code", "")}, user=user)
        if not second.is_valid():
            raise ValidationError({"code": list(second.errors["code"])})
        second.save()


class BackOffice(admin.AdminSite):
    """The site at /admin/."""

    site_header = settings.SHOP_NAME
    site_title = _("Omnistore back office")
    index_title = _("Back office")
    site_url = None
    login_form = SignIn
    login_template = "admin/sign_in.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._contents: dict[Any, Contents] = {}

    def visible(self, rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
        """Return the rows that a person may see: those that concern their stores, or all."""
        from omnistore.back_office.scopes import visible  # The site is created before the apps' models are loaded.

        return visible(rows, user)

    def get_urls(self) -> list[Any]:
        """Return the URLs of the tables, preceded by the till's."""
        return [path("till/", include("omnistore.till.urls")), *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask people to sign in, and lead staff who did so with one factor to the page where they set up another."""
        user = request.user
        if isinstance(user, Customer) and works_here(user) and lacks_second_factor(user):
            messages.info(request, NEEDS_TWO)
            return redirect("mfa_activate_totp")
        return super().login(request, extra_context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the pending work of the person's store above the tables."""
        from omnistore.till.views.home import home_for  # The site is created before the apps' models are loaded.

        return super().index(request, {**(extra_context or {}), **home_for(request)})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return the context of every page."""
        context = super().each_context(request)
        return context | {"sidebar": partial(context["available_apps"].sidebar, request.path)}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Contents:
        """Return the apps and tables that the person may see, cached for all with the same permissions."""
        rights = tuple(
            (model, *table.get_model_perms(request).values())
            for model in apps.get_models()
            if app_label in (None, model._meta.app_label)
            and self.is_registered(model)
            and (table := self.get_model_admin(model)).has_module_permission(request)
        )
        key = (get_language(), app_label, rights)
        if key not in self._contents:
            if len(self._contents) >= CONTENTS_KEPT:
                self._contents.clear()
            self._contents[key] = Contents(super().get_app_list(request, app_label))
        return self._contents[key]

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may use the back office: staff, with two factors where the shop requires two."""
        return super().has_permission(request) and not lacks_second_factor(request.user)
