"""
Merging two records of one person, and undoing a wrong merge.

No row moves: a merged record points to the survivor (Customer.merged_into), and reads include all records of a person.
The live rows of CustomerMerge are authoritative; merged_into is the end of their chain, so that every id leads to its
person in one step.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.events import CustomersMerged, CustomersUnmerged
from accounts.models import Customer, CustomerMerge
from accounts.queries.people import find_contact_ids
from core.actors import Actor
from core.data import sql
from core.errors import Refusal
from core.journal import publish

STAFF_DECISION, CLAIMED = "staff", "claimed"

_LEAD_TO_SURVIVOR = """
UPDATE accounts_customer SET merged_into_id = %(survivor)s WHERE id = %(duplicate)s OR merged_into_id = %(duplicate)s
"""

# A record and all records merged into it, directly or through others.
_BELOW = """
WITH RECURSIVE below AS (
    SELECT %(duplicate)s::bigint AS id
    UNION
    SELECT merge.duplicate_id FROM accounts_customermerge AS merge
    JOIN below ON merge.survivor_id = below.id
    WHERE merge.undone_at IS NULL
)
"""

_LIST_BELOW = f"{_BELOW} SELECT id FROM below"

_STAND_ALONE = f"""
{_BELOW}
UPDATE accounts_customer SET merged_into_id = NULLIF(%(duplicate)s, id) WHERE id IN (SELECT id FROM below)
"""

_WHO_SIGNS_IN = """
SELECT id FROM accounts_customer AS person
WHERE id = ANY(%(ids)s) AND (
    (password <> '' AND password NOT LIKE '!%%') OR phone_verified_at IS NOT NULL
    OR EXISTS (SELECT 1 FROM account_emailaddress WHERE user_id = person.id AND verified)
    OR EXISTS (SELECT 1 FROM mfa_authenticator WHERE user_id = person.id)
    OR EXISTS (SELECT 1 FROM socialaccount_socialaccount WHERE user_id = person.id))
"""


class MergeRefused(Refusal):
    """These two records cannot be merged; cause: same_record, already_merged or staff."""

    code = "merge_refused"


class BothSignIn(Refusal):
    """Both records have a login; merging them must be decided explicitly (merge_accounts)."""

    code = "both_sign_in"


class AlreadyUndone(Refusal):
    """The merge was undone before."""

    code = "already_undone"


class CannotUnmerge(Refusal):
    """The records cannot be separated: another person has verified the duplicate's number since."""

    code = "cannot_part"


@transaction.atomic
def merge_customers(*, duplicate: Customer, survivor: Customer, reason: str, by: Actor, now: datetime) -> CustomerMerge:
    """
    Merge a record into the surviving one, as staff decided.

    The duplicate's id, and those merged into it before, lead to the survivor from now on; nothing else changes, and
    undo_merge() reverts it. Both records stay locked until the transaction ends. The caller checks the right
    MERGE_CUSTOMERS. reason: the reason of staff, at most 200 characters. Raises MergeRefused, and BothSignIn when
    either record could be signed in to without the other.
    """
    records = lock_people([duplicate.pk, survivor.pk])
    _refuse_impossible(records, duplicate.pk, survivor.pk)
    signing_in = sql.fetch_all(_WHO_SIGNS_IN, {"ids": [duplicate.pk, survivor.pk]})
    if len(signing_in) == len(records):
        raise BothSignIn(
            _("Both of them can sign in. Merge them as accounts if you are sure that they are one person.")
        )
    return _join(duplicate.pk, survivor.pk, reason, STAFF_DECISION, by, now)


@transaction.atomic
def merge_accounts(*, duplicate: Customer, survivor: Customer, reason: str, by: Actor, now: datetime) -> CustomerMerge:
    """
    Merge two records that both have a login; both logins keep working and lead to the same person.

    Otherwise as merge_customers. Raises MergeRefused.
    """
    records = lock_people([duplicate.pk, survivor.pk])
    _refuse_impossible(records, duplicate.pk, survivor.pk)
    return _join(duplicate.pk, survivor.pk, reason, STAFF_DECISION, by, now)


@transaction.atomic
def join_contacts(
    *, person_id: int, by: Actor, now: datetime, email: str = "", phone: str = ""
) -> Sequence[CustomerMerge]:
    """
    Merge the contacts known by an address (lower case) or number (E.164) into the person who just verified it.

    Contacts only: two records that can sign in are never merged without staff. The person and the contacts stay
    locked until the transaction ends.
    """
    contact_ids = find_contact_ids(person_id=person_id, email=email, phone=phone)
    if not contact_ids:
        return []
    if lock_people([person_id, *contact_ids])[person_id].merged_into_id is not None:
        return []
    # One of them may have been merged or claimed while this transaction waited for the lock.
    still_free = set(find_contact_ids(person_id=person_id, email=email, phone=phone)).intersection(contact_ids)
    return [_join(contact_id, person_id, CLAIMED, CLAIMED, by, now) for contact_id in sorted(still_free)]


@transaction.atomic
def undo_merge(*, merge: CustomerMerge, by: Actor, now: datetime) -> CustomerMerge:
    """
    Unmerge two records: the duplicate is separate again, with all records that had been merged into it before.

    Whatever was written to the survivor meanwhile stays there. All these records stay locked until the
    transaction ends. Raises AlreadyUndone and CannotUnmerge.
    """
    below = [row["id"] for row in sql.fetch_all(_LIST_BELOW, {"duplicate": merge.duplicate_id})]
    lock_people([merge.survivor_id, *below])
    merge = CustomerMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at is not None:
        raise AlreadyUndone(_("This merge was undone already."), undone_at=merge.undone_at.isoformat())
    merge.undone_at, merge.undone_by_id = now, by.staff_id
    merge.save(update_fields=["undone_at", "undone_by"])
    try:
        with transaction.atomic():
            sql.execute(_STAND_ALONE, {"duplicate": merge.duplicate_id})
    except IntegrityError as error:
        raise CannotUnmerge(_("Somebody else signs in with the number of this record by now.")) from error
    publish(
        CustomersUnmerged(
            by=by,
            occurred_at=now,
            customer_id=merge.survivor_id,
            merge_id=merge.pk,
            duplicate_id=merge.duplicate_id,
            survivor_id=merge.survivor_id,
        )
    )
    return merge


def lock_people(ids: Sequence[int]) -> dict[int, Customer]:
    """
    Lock people until the transaction ends, in id order so that two merges cannot deadlock, and return them by id.

    The lock does not block orders and carts that refer to them.
    """
    records = Customer.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update(no_key=True)
    return {person.pk: person for person in records}


def _refuse_impossible(records: dict[int, Customer], duplicate_id: int, survivor_id: int) -> None:
    if duplicate_id == survivor_id:
        raise MergeRefused(_("A record cannot be merged into itself."), cause="same_record")
    for person in records.values():
        if person.merged_into_id is not None:
            raise MergeRefused(
                _("%s was merged into another record already.") % person,
                cause="already_merged",
                customer=str(person.pk),
            )
        if person.is_staff or person.is_superuser:
            raise MergeRefused(_("Records of staff are not merged."), cause="staff", customer=str(person.pk))


def _join(duplicate_id: int, survivor_id: int, reason: str, cause: str, by: Actor, now: datetime) -> CustomerMerge:
    merge = CustomerMerge.objects.create(
        duplicate_id=duplicate_id, survivor_id=survivor_id, reason=reason, merged_by_id=by.staff_id, merged_at=now
    )
    sql.execute(_LEAD_TO_SURVIVOR, {"duplicate": duplicate_id, "survivor": survivor_id})
    publish(
        CustomersMerged(
            by=by,
            occurred_at=now,
            customer_id=survivor_id,
            merge_id=merge.pk,
            duplicate_id=duplicate_id,
            survivor_id=survivor_id,
            cause=cause,
        )
    )
    return merge
