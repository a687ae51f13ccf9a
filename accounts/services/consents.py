"""Recording consents to messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.events import ConsentDecided
from accounts.models import Consent
from accounts.queries.consents import consents_in_force
from core.actors import Actor
from core.journal import publish


@dataclass(frozen=True, slots=True)
class Decision:
    """One medium and purpose, allowed or not. text_version: the version of the wording that the person saw."""

    medium: str
    purpose: str
    is_given: bool
    text_version: str


@transaction.atomic
def decide_consents(
    *, customer_id: int, person_ids: Sequence[int], decisions: Sequence[Decision], by: Actor, now: datetime
) -> None:
    """
    Record a person's consent decisions; the former ones stay on record as proof.

    A decision that equals the one in force, for the same wording, adds nothing. person_ids: all records of the person,
    including customer_id.
    """
    in_force = {(c.medium, c.purpose): c for c in consents_in_force(customer_id=customer_id, person_ids=person_ids)}
    new = []
    for decision in decisions:
        present = in_force.get((decision.medium, decision.purpose))
        if present and (present.is_given, present.text_version) == (decision.is_given, decision.text_version):
            continue
        new.append(decision)
    Consent.objects.bulk_create(
        Consent(
            customer_id=customer_id,
            medium=decision.medium,
            purpose=decision.purpose,
            is_given=decision.is_given,
            text_version=decision.text_version,
            channel=by.channel,
            store=by.store_code,
            staff_id=by.staff_id,
            decided_at=now,
        )
        for decision in new
    )
    publish(
        *(
            ConsentDecided(
                by=by,
                occurred_at=now,
                customer_id=customer_id,
                medium=decision.medium,
                purpose=decision.purpose,
                is_given=decision.is_given,
            )
            for decision in new
        )
    )
