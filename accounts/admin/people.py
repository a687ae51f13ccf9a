from typing import Any, ClassVar

from allauth.mfa import admin as allauth_mfa_admin  # noqa: F401 - registers first, what is replaced below.
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as allauth_usersessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.admin.balances import CUSTOMER_ACTS
from accounts.models import (
    Address,
    Consent,
    Customer,
    CustomerMerge,
    Segment,
    SegmentMembership,
    TaxNumber,
    TaxNumberCheck,
    VisitMessage,
    VisitorLink,
    WrongSignIn,
)
from accounts.models.form_fields import PhoneInput
from accounts.queries.people import LONGEST_SEARCH, find_record_ids
from accounts.services.customers.merging import merge_accounts, merge_customers, undo_merge
from accounts.services.customers.tax_numbers import forget_tax_number, save_tax_number
from core.admin.base import (
    AdminAction,
    BaseAdmin,
    ChannelFilter,
    ReadOnlyAdmin,
    ReadOnlyInline,
    admin_actor,
    searched,
)
from core.admin.saving import RowSelect
from core.texts.form_fields import CodeInput


class MergeForm(forms.Form):
    survivor = forms.ModelChoiceField(
        label=_("Record to keep"),
        queryset=Customer.objects.filter(merged_into__isnull=True),
        widget=RowSelect(Customer._meta.get_field("merged_into"), admin.site),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
    both_sign_in = forms.BooleanField(
        label=_("Even if both of them can sign in"), required=False,
        help_text=_("Both logins then lead to the record that is kept. Make sure that it is one person."),
    )  # fmt: skip


def _may_merge(request: HttpRequest, customer: Customer) -> bool:
    return customer.merged_into_id is None and request.user.has_perm("accounts.merge_customer")


def _merge(request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
    merge = merge_accounts if data.pop("both_sign_in") else merge_customers
    merge(duplicate=customer, by=admin_actor(request), now=timezone.now(), **data)
    return gettext("This record is now merged into %(survivor)s.") % {"survivor": data["survivor"]}


def _may_unmerge(request: HttpRequest, merge: CustomerMerge) -> bool:
    return merge.undone_at is None and request.user.has_perm("accounts.merge_customer")


def _unmerge(request: HttpRequest, merge: CustomerMerge, data: dict[str, Any]) -> str:
    undo_merge(merge=merge, by=admin_actor(request), now=timezone.now())
    return gettext("The two records are separate again.")


class TaxNumberForm(forms.Form):
    country = CodeInput(r"^[A-Z]{2}$", label=_("Country that issued it"), help_text=_("Two letters, like FR."))
    number = forms.CharField(label=_("VAT number"), max_length=40)


def _may_keep_number(request: HttpRequest, customer: Customer) -> bool:
    return customer.merged_into_id is None and request.user.has_perm("accounts.change_taxnumber")


def _keep_number(request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
    saved = save_tax_number(customer_id=customer.pk, by=admin_actor(request), now=timezone.now(), **data)
    return gettext(
        "%(number)s is saved. Deliveries to other member states are free of tax once a service has confirmed it."
    ) % {"number": saved.number}


def _may_forget_number(request: HttpRequest, customer: Customer) -> bool:
    return request.user.has_perm("accounts.change_taxnumber") and TaxNumber.objects.filter(customer=customer).exists()


def _forget_number(request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
    forget_tax_number(customer_id=customer.pk, by=admin_actor(request), now=timezone.now())
    return gettext("From now on this customer pays tax everywhere.")


class AddressInline(ReadOnlyInline):
    model = Address
    fields = ("name", "street_address", "postal_code", "city", "country_code", "is_default")


class ConsentInline(ReadOnlyInline):
    model = Consent
    fk_name = "customer"
    fields = ("medium", "purpose", "is_given", "channel", "store", "decided_at")


class LanguageFilter(admin.SimpleListFilter):
    """Filters by language, from the shop's list: finding the languages in the table would read all of it."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(settings.LANGUAGES)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(language=self.value()) if self.value() else queryset


@admin.register(Customer)
class CustomerAdmin(BaseAdmin):
    formfield_overrides: ClassVar[Any] = BaseAdmin.formfield_overrides | {PhoneNumberField: {"form_class": PhoneInput}}
    list_display = ("__str__", "email", "phone", "card_number", "is_staff", "is_active", "merged_into", "joined_at")
    list_filter = ("is_staff", "is_active", LanguageFilter)
    list_select_related = ("merged_into",)
    search_fields = ("name", "email__istartswith", "phone__startswith", "card_number__exact", "external_id__exact")
    search_help_text = _("Name, or the beginning of an e-mail address or phone number, or a whole card number.")
    ordering = ("-id",)
    readonly_fields = (
        *("phone_verified_at", "card_number", "joined_at", "last_login", "merged_into"),
        *("is_contact", "external_id"),
    )
    fieldsets = (
        (None, {"fields": ("name", "email", "phone", "phone_verified_at", "language", "is_contact")}),
        (_("Shop"), {"fields": ("card_number", "home_store", "preferred_channel", "receipt_channel")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Record"), {"fields": ("joined_at", "last_login", "merged_into", "external_id")}),
    )
    inlines = (AddressInline, ConsentInline)
    object_actions = (
        AdminAction(
            name="merge",
            title=_("Merge into another record"),
            explanation=_(
                "Merges two records of one person. The orders, carts and points of this record then count as those of "
                "the other one. This can be undone."
            ),
            form=MergeForm,
            perform=_merge,
            is_allowed=_may_merge,
            is_destructive=True,
        ),
        AdminAction(
            name="tax-number",
            title=_("Enter a VAT number"),
            explanation=_(
                "A business pays no tax in the country of its VAT number. The format and the check digit are verified."
            ),
            form=TaxNumberForm,
            perform=_keep_number,
            is_allowed=_may_keep_number,
        ),
        AdminAction(
            name="no-tax-number",
            title=_("Remove the VAT number"),
            explanation=_("The customer pays tax like everybody else from now on."),
            perform=_forget_number,
            is_allowed=_may_forget_number,
            is_destructive=True,
        ),
        *CUSTOMER_ACTS,
    )

    @admin.display(description=_("without an account"), boolean=True)
    def is_contact(self, customer: Customer) -> bool:
        return not customer.has_usable_password()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search along the indexes as the till does, but include closed and merged records."""
        text = searched(search_term)[:LONGEST_SEARCH]
        return (queryset.filter(pk__in=find_record_ids(text)) if text else queryset), False

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # Customers are merged or erased instead, which keeps the ledgers complete.


@admin.register(Address)
class AddressAdmin(ReadOnlyAdmin):
    list_display = ("name", "customer", "street_address", "postal_code", "city", "country_code", "is_default")
    list_select_related = ("customer",)
    list_filter = ("is_default",)
    search_fields = ("name", "street_address", "postal_code__exact", "city__istartswith")


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ("customer", "medium", "purpose", "is_given", "channel", "decided_at")
    list_select_related = ("customer",)
    list_filter = ("medium", "purpose", "is_given", ChannelFilter)
    search_fields = ("customer__name", "customer__email__istartswith")
    ordering = ("-id",)


@admin.register(CustomerMerge)
class CustomerMergeAdmin(ReadOnlyAdmin):
    list_display = ("duplicate", "survivor", "merged_by", "merged_at", "undone_by", "undone_at")
    list_select_related = ("duplicate", "survivor", "merged_by", "undone_by")
    search_fields = ("duplicate__name", "survivor__name", "duplicate__email__istartswith", "reason")
    ordering = ("-merged_at",)
    object_actions = (
        AdminAction(
            name="undo",
            title=_("Undo the merge"),
            explanation=_(
                "The records are separate again. Whatever was added meanwhile stays with the record that was kept."
            ),
            perform=_unmerge,
            is_allowed=_may_unmerge,
            is_destructive=True,
        ),
    )


@admin.register(Segment)
class SegmentAdmin(BaseAdmin):
    list_display = ("__str__", "code")
    search_fields = ("code", "name")
    ordering = ("code",)


@admin.register(SegmentMembership)
class SegmentMembershipAdmin(BaseAdmin):
    list_display = ("customer", "segment", "since", "until")
    list_select_related = ("customer", "segment")
    list_filter = ("segment",)
    search_fields = ("customer__name", "customer__email__istartswith", "segment__code")
    ordering = ("-id",)
    autocomplete_fields = ("customer", "segment")


@admin.register(TaxNumber)
class TaxNumberAdmin(ReadOnlyAdmin):
    list_display = ("number", "country", "customer", "confirmed_until", "ask_at", "checked_at", "checked_by")
    list_select_related = ("customer", "checked_by")
    search_fields = ("number__istartswith", "customer__name", "customer__email__istartswith")
    ordering = ("-id",)


@admin.register(TaxNumberCheck)
class TaxNumberCheckAdmin(ReadOnlyAdmin):
    list_display = ("answered_at", "number", "is_valid", "reference", "name", "customer", "service")
    list_select_related = ("customer",)
    list_filter = ("is_valid", "service")
    search_fields = ("number__istartswith", "reference__exact", "customer__name")
    ordering = ("-id",)


@admin.register(VisitMessage)
class TouchMessageAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "sender", "message_id")
    search_fields = ("sender__exact", "message_id__exact")
    ordering = ("-id",)


@admin.register(WrongSignIn)
class WrongSignInAdmin(ReadOnlyAdmin):
    list_display = ("tried_at", "source", "person")
    search_fields = ("source__startswith", "person__exact")
    ordering = ("-id",)


admin.site.unregister(Authenticator)
admin.site.unregister(UserSession)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors without their secrets; staff remove a lost one here."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    list_filter = ("type",)
    search_fields = ("user__name", "user__email__istartswith")
    exclude = ("data",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("mfa.delete_authenticator"))


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    """The devices where people are signed in; deleting a row signs that device out."""

    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email__istartswith", "ip__exact")
    exclude = ("session_key", "data")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("usersessions.delete_usersession"))

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        obj.end()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UserSession]) -> None:
        for session in queryset:
            session.end()


@admin.register(VisitorLink)
class VisitorLinkAdmin(ReadOnlyAdmin):
    list_display = ("customer", "since", "linked_at")
    list_select_related = ("customer",)
    exclude = ("visitor",)
    search_fields = ("customer__name",)
    ordering = ("-id",)
