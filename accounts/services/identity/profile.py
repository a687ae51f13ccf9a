"""Changing people's own details."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.events import CustomerChanged
from accounts.models import Customer
from core.actors import Actor
from core.errors import Refusal
from core.journal import publish

OWN_FIELDS = frozenset({"name", "language", "home_store", "preferred_channel", "receipt_channel"})
PROVED_FIELDS = {"email": "/_allauth/app/v1/account/email", "phone": "/_allauth/app/v1/account/phone"}


class ProofRequired(Refusal):
    """An address or number identifies its owner, so changing it needs a code sent to the new one."""

    code = "verification_required"


@transaction.atomic
def change_profile(*, customer: Customer, changes: dict[str, Any], by: Actor, now: datetime) -> None:
    """
    Change a person's own details, in the database and on the object.

    changes: by field, any of OWN_FIELDS; the present address or number may be included. Unchanged fields are not
    recorded. Raises ProofRequired for another address or number, naming where to change it.
    """
    changed = {field: value for field, value in changes.items() if str(getattr(customer, field)) != value}
    for field in PROVED_FIELDS.keys() & changed.keys():
        raise ProofRequired(
            _("This changes with a code sent to the new address or number."),
            field=field,
            change_at=PROVED_FIELDS[field],
        )
    assert changed.keys() <= OWN_FIELDS
    if changed:
        Customer.objects.filter(pk=customer.pk).update(**changed)
        for field, value in changed.items():
            setattr(customer, field, value)
        publish(CustomerChanged(by=by, occurred_at=now, customer_id=customer.pk, fields=sorted(changed)))
