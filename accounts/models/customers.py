"""Customers, with and without an account."""

import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, Reverse
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from core.audit import audited
from core.texts.fields import NameField, PlainEmailField
from core.texts.languages import default_language, language_choices
from core.texts.spelling import plain_email

RECEIPT_CHANNELS = [("print", _("Print")), ("email", _("E-mail")), ("sms", _("SMS")), ("none", _("None"))]
MESSAGE_CHANNELS = [("email", _("E-mail")), ("sms", _("SMS")), ("push", _("Push")), ("phone", _("Phone"))]


def new_card_number() -> str:
    """Return a new loyalty card number: 12 random digits, so none can be guessed from another; the app's QR code."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)


class CustomerManager(BaseUserManager["Customer"]):
    """Creates customers; those without a password cannot sign in until they claim the record."""

    def create_user(self, email: str = "", password: str | None = None, **fields: Any) -> "Customer":
        customer = self.model(email=plain_email(email), **fields)
        customer.set_password(password)
        customer.save(using=self._db)
        return customer

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Customer":
        from allauth.account.models import EmailAddress  # Importing it needs the user model.

        customer = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        # Only a verified address can sign in; whoever runs this command vouches for it.
        EmailAddress.objects.create(user=customer, email=customer.email, verified=True, primary=True)
        return customer

    def get_by_natural_key(self, username: str | None) -> "Customer":
        # Addresses are not unique here (see Customer.email); only the one that allauth verified may sign in.
        return self.get(email__iexact=username, emailaddress__verified=True, emailaddress__email__iexact=username)


@audited("name", "email", "phone", "is_staff", "is_superuser", "is_active", "merged_into")
class Customer(AbstractBaseUser, PermissionsMixin):
    """
    A person: shopper, member of staff, or contact registered at the till.

    A record with a usable password, passkey or verified address is an account; any other is a contact that becomes an
    account when its owner verifies the address or number. Two records of one person are merged by the pointer
    merged_into, never by moving rows, so that the merge can be undone.
    """

    name = NameField(_("name"), max_length=200, blank=True)
    email = PlainEmailField(
        _("e-mail"), blank=True, db_index=True, help_text=_("For contact; what identifies is the verified address.")
    )
    phone = PhoneNumberField(_("phone"), blank=True, db_index=True)
    phone_verified_at = models.DateTimeField(_("phone verified at"), null=True, blank=True)
    card_number = models.CharField(_("loyalty card"), max_length=20, unique=True, default=new_card_number)
    language = models.CharField(_("language"), max_length=8, choices=language_choices, default=default_language)
    home_store = models.CharField(_("home store"), max_length=40, blank=True, help_text=_("The store's code."))
    preferred_channel = models.CharField(
        _("preferred channel"), max_length=10, choices=MESSAGE_CHANNELS, default="email"
    )
    receipt_channel = models.CharField(_("receipt channel"), max_length=10, choices=RECEIPT_CHANNELS, default="email")
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May sign in to the back office."))
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined at"), auto_now_add=True)
    signed_up_at = models.DateTimeField(
        _("signed up at"), null=True, blank=True, help_text=_("Empty for customers whom staff added.")
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="aliases", verbose_name=_("merged into")
    )
    external_id = models.CharField(
        _("external id"), max_length=80, blank=True, help_text=_("The person's number in the system it came from.")
    )

    objects: ClassVar[CustomerManager] = CustomerManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(phone_verified_at__isnull=False, merged_into__isnull=True) & ~Q(phone=""),
                name="customer_verified_phone_is_one_persons",
                violation_error_message=_("Another person has proved that this number is theirs."),
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="customer_external_id_unique",
                violation_error_message=_("Another person has this number of the other system."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="customer_not_merged_into_itself"
            ),
        ]
        # For the till's customer search: a similar name, any part of a name however it is joined, the beginning of an
        # address, the end of a number.
        indexes = [
            GinIndex(
                OpClass(Func(F("name"), function="core_normalise"), "gin_trgm_ops"), name="customer_name_trigrams"
            ),
            GinIndex(
                OpClass(Func(F("name"), function="core_joined"), "gin_trgm_ops"), name="customer_joined_name_trigrams"
            ),
            models.Index(OpClass(Lower("email"), "text_pattern_ops"), name="customer_email_prefix"),
            models.Index(OpClass(Reverse("phone"), "text_pattern_ops"), name="customer_phone_suffix"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or str(self.phone) or f"#{self.pk}"

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else str(self)


class CustomerMerge(models.Model):
    """The decision of staff that two records are one person, and when and by whom it was undone, if it was."""

    duplicate = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="merges_as_duplicate", verbose_name=_("duplicate")
    )
    survivor = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="merges_as_survivor", verbose_name=_("survivor")
    )
    reason = models.CharField(_("reason"), max_length=200)
    merged_by = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("merged by")
    )
    merged_at = models.DateTimeField(_("merged at"))
    undone_by = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        verbose_name = _("customer merge")
        verbose_name_plural = _("customer merges")
        constraints = [
            models.UniqueConstraint(
                fields=["duplicate"], condition=Q(undone_at__isnull=True), name="customer_merge_one_live_per_duplicate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} = {self.survivor_id}"
