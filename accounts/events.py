"""The events about customers."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from core.journal import Entry, Event
from core.texts.formats import money_text, number_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from core.texts.wording import choice, number, worded

_BALANCE_CHANGES: dict[str, Any] = {
    "earned": _("%(balance)s: %(amount)s may be spent now"),
    "loaded": _("%(balance)s: %(amount)s added"),
    "given_back": _("%(balance)s: %(amount)s given back"),
    "expired": _("%(balance)s: %(amount)s expired"),
    "corrected": _("%(balance)s: corrected by %(amount)s"),
    "taken_back": _("%(balance)s: %(amount)s taken back"),
    "moved": _("%(balance)s: %(amount)s moved to another card"),
}


def _page(entry: Entry) -> Any:
    return entry.payload.get("path") or entry.kind.partition(".")[2]


def _verified(entry: Entry) -> str:
    return str(
        _("Confirmed the phone number") if entry.payload["medium"] == "phone" else _("Confirmed the e-mail address")
    )


def _decided(entry: Entry) -> str:
    words = worded(
        _("Allowed: %(purpose)s (%(medium)s)")
        if entry.payload["is_given"]
        else _("Declined: %(purpose)s (%(medium)s)"),
        medium=choice("medium", "accounts.Consent"),
        purpose=choice("purpose", "accounts.Consent"),
    )
    return words(entry)


def _balance_changed(entry: Entry) -> str:
    words = worded(
        _BALANCE_CHANGES[entry.payload["cause"]],
        balance=choice("balance", "accounts.Balance", field="kind"),
        amount=_change,
    )
    return words(entry)


def _change(entry: Entry) -> str:
    amount, currency = entry.payload["amount"], entry.payload["currency"]
    # The cause says the direction, except that of a correction.
    shown = amount if entry.payload["cause"] == "corrected" else abs(amount)
    if currency:
        return money_text(shown, currency, active_language())
    return _("%(points)s points") % {"points": number_text(shown, active_language())}


def _tier_changed(entry: Entry) -> str:
    code = entry.payload["tier"]
    if not code:
        return str(_("No tier any more"))
    text = _("Tier reached: %(tier)s") if entry.payload["is_up"] else _("Tier now: %(tier)s")
    return text % {"tier": in_language(entry.payload.get("name", {})) or code}


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(Event):
    """Staff registered a contact without an account."""

    kind: ClassVar[str] = "customer.registered"
    words = worded(_("Added as a customer"))


@dataclass(frozen=True, kw_only=True)
class CustomerVerified(Event):
    """
    A person verified an address or number; contacts known by it alone may now be joined to them.

    medium: email or phone. The address or number itself is read from the customer, not from the event.
    """

    kind: ClassVar[str] = "customer.verified"
    words = _verified
    medium: str


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    """A person's own details changed; fields lists their names, not their values."""

    kind: ClassVar[str] = "customer.changed"
    words = worded(_("Changed own details"))
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(Event):
    """
    Two records were merged; customer_id is the survivor's, to which the duplicate's id now leads.

    cause: "staff" for a decision by staff, "claimed" when the person verified the other record's address or number.
    """

    kind: ClassVar[str] = "customer.merged"
    words = worded(_("Merged with another record of the same person"))
    merge_id: int
    duplicate_id: int
    survivor_id: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class CustomersUnmerged(Event):
    """A wrong merge was undone: the duplicate is a separate customer again."""

    kind: ClassVar[str] = "customer.parted"
    words = worded(_("Separated from the record of another person"))
    merge_id: int
    duplicate_id: int
    survivor_id: int


@dataclass(frozen=True, kw_only=True)
class ConsentDecided(Event):
    """A person allowed or forbade one medium for one purpose."""

    kind: ClassVar[str] = "consent.decided"
    words = _decided
    medium: str
    purpose: str
    is_given: bool


@dataclass(frozen=True, kw_only=True)
class TaxNumberChanged(Event):
    """The VAT number of a business changed; country is that of the new number, empty if it was removed."""

    kind: ClassVar[str] = "customer.tax_number_changed"
    words = worded(_("Changed the VAT number"))
    country: str


@dataclass(frozen=True, kw_only=True)
class BalanceChanged(Event):
    """
    A person's gift card, credit or points changed other than by spending.

    balance: gift_card, credit or points. cause: the kind of the entry. amount: minor units or points, with its sign.
    """

    kind: ClassVar[str] = "balance.changed"
    words = _balance_changed
    balance: str
    cause: str
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PointsPending(Event):
    """A purchase earned pending points. ref: its number."""

    kind: ClassVar[str] = "points.pending"
    words = worded(_("%(points)s points for %(number)s"), points=number("points"))
    points: int


@dataclass(frozen=True, kw_only=True)
class PointsExpireSoon(Event):
    """Points of a person expire soon; published once. expires_at: when the first of them expire."""

    kind: ClassVar[str] = "points.expire_soon"
    words = worded(_("%(points)s points expire soon"), points=number("points"))
    points: int
    expires_at: str


@dataclass(frozen=True, kw_only=True)
class TierChanged(Event):
    """
    A person's tier changed; both tiers are codes, empty for none. is_up: the new one is higher.

    name: what the new tier was called then, by language; version 1 had none.
    """

    kind: ClassVar[str] = "loyalty.tier_changed"
    version: ClassVar[int] = 2
    words = _tier_changed
    tier: str
    name: dict[str, str]
    former: str
    is_up: bool


@dataclass(frozen=True, kw_only=True)
class VisitRecorded(Event, family="touch"):
    """A visit event in the journal; its kind is "touch" with the reported kind."""

    words = worded(_("Visited: %(page)s"), page=_page)

    kind: str  # type: ignore[misc]  # Kinds are made by the clients, so each entry has its own.
    visitor: str
    path: str
    campaign: str
    props: dict[str, Any]

    def payload(self) -> dict[str, Any]:
        """Return the reported fields that are not empty."""
        fields = {"visitor": self.visitor, "path": self.path, "campaign": self.campaign, "props": self.props}
        return {name: value for name, value in fields.items() if value}
