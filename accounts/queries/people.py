"""Finding customers by id, by contact details, and by the till's search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.rules.search import Spelling, spell
from core.data import sql
from core.errors import NotFound

LONGEST_SEARCH = 80
MOST_PEOPLE = 50

# A record is an account if it can sign in, or could after verification.
_HAS_ACCOUNT = """
    (person.signed_up_at IS NOT NULL OR person.phone_verified_at IS NOT NULL OR person.is_staff
     OR (person.password <> '' AND person.password NOT LIKE '!%%')
     OR EXISTS (SELECT 1 FROM account_emailaddress AS address WHERE address.user_id = person.id))
"""

_PERSON_COLUMNS = f"""
    person.id, person.name, person.email, person.phone, person.phone_verified_at IS NOT NULL AS is_phone_verified,
    EXISTS (SELECT 1 FROM account_emailaddress AS address
            WHERE address.user_id = person.id AND address.verified AND address.email = person.email
    ) AS is_email_verified,
    person.card_number, person.language, person.home_store, person.preferred_channel, person.receipt_channel,
    person.joined_at, {_HAS_ACCOUNT} AS has_account,
    ARRAY(SELECT alias.id FROM accounts_customer AS alias WHERE alias.merged_into_id = person.id) AS alias_ids
"""

# A name is found however its parts are joined: by a blank, a joiner, a hyphen or not at all. Further names may stand
# where a blank was typed. The index needs three letters in a row: with fewer, a name has to begin with them.
_WANTED = """
wanted AS (
    SELECT words, letters, CASE WHEN parts ~ '[^%%]{3}' THEN '%%' ELSE '' END || parts || '%%' AS pattern
    FROM core_normalise(%(words)s::text) AS words, core_joined(%(words)s::text) AS letters,
         core_joined(replace(%(words)s::text, ' ', '%%')) AS parts
)"""

# Each kind of search is one branch over its own index; a branch without a search term finds nothing. A hit on a merged
# record leads to the person it was merged into. The operators ~>=~ and ~<~ compare letter by letter with the help of an
# index, which a prepared LIKE could not use. Similar names, which cost more, are searched only if no name contains the
# words.
_FIND = f"""
WITH {_WANTED}, exact AS MATERIALIZED (
    SELECT COALESCE(merged_into_id, id) AS id, 0::float AS distance FROM accounts_customer
    WHERE card_number = %(card_number)s
    UNION ALL
    (SELECT COALESCE(merged_into_id, id), CASE WHEN lower(email) = %(email)s THEN 0 ELSE 0.2 END FROM accounts_customer
     WHERE %(email)s <> '' AND lower(email) ~>=~ %(email)s AND lower(email) ~<~ (%(email)s || chr(1114111)) LIMIT 200)
    UNION ALL
    (SELECT COALESCE(merged_into_id, id), 0.1 FROM accounts_customer
     WHERE %(phone)s <> '' AND reverse(phone) ~>=~ %(phone)s AND reverse(phone) ~<~ (%(phone)s || ':') LIMIT 200)
    UNION ALL
    (SELECT COALESCE(merged_into_id, id), 0.3 + least(words <<-> core_normalise(name), letters <<-> core_joined(name))
     FROM accounts_customer, wanted WHERE length(letters) > 1 AND core_joined(name) LIKE pattern LIMIT 200)
), hits AS (
    SELECT id, distance FROM exact
    UNION ALL
    (SELECT COALESCE(merged_into_id, id), 0.6 + (words <<-> core_normalise(name)) FROM accounts_customer, wanted
     WHERE length(words) > 2 AND NOT EXISTS (SELECT 1 FROM exact)
       AND (words <%% core_normalise(name) OR core_normalise(name) %% words)
     ORDER BY 2 LIMIT 200)
), nearest AS (
    SELECT id, min(distance) AS distance FROM hits GROUP BY id
)
SELECT {_PERSON_COLUMNS}
FROM nearest JOIN accounts_customer AS person ON person.id = nearest.id
WHERE person.is_active
ORDER BY nearest.distance, person.name, person.id
LIMIT %(limit)s
"""

MOST_RECORDS = 500
_RECORDS = f"""
WITH {_WANTED}
SELECT id FROM accounts_customer WHERE card_number = %(card_number)s
UNION
SELECT id FROM accounts_customer WHERE external_id <> '' AND external_id = %(text)s
UNION
(SELECT id FROM accounts_customer
 WHERE %(email)s <> '' AND lower(email) ~>=~ %(email)s AND lower(email) ~<~ (%(email)s || chr(1114111))
 LIMIT {MOST_RECORDS})
UNION
(SELECT id FROM accounts_customer
 WHERE %(phone)s <> '' AND reverse(phone) ~>=~ %(phone)s AND reverse(phone) ~<~ (%(phone)s || ':')
 LIMIT {MOST_RECORDS})
UNION
(SELECT id FROM accounts_customer WHERE phone ~>=~ %(text)s AND phone ~<~ (%(text)s || chr(1114111))
 LIMIT {MOST_RECORDS})
UNION
(SELECT id FROM accounts_customer, wanted
 WHERE length(letters) > 1 AND core_joined(name) LIKE pattern LIMIT {MOST_RECORDS})
"""

_GET = f"""
SELECT {_PERSON_COLUMNS}
FROM accounts_customer AS person
WHERE person.id = COALESCE((SELECT merged_into_id FROM accounts_customer WHERE id = %(id)s), %(id)s)
  AND person.is_active
"""

_SAME_PERSON = f"""
SELECT {_PERSON_COLUMNS}
FROM accounts_customer AS known
JOIN accounts_customer AS person ON person.id = COALESCE(known.merged_into_id, known.id)
WHERE person.is_active AND (
    (%(phone)s <> '' AND known.phone = %(phone)s AND known.phone_verified_at IS NOT NULL)
    OR known.id IN (SELECT user_id FROM account_emailaddress
                    WHERE %(email)s <> '' AND verified AND email = %(email)s)
    OR (known.signed_up_at IS NULL
        AND ((%(phone)s <> '' AND known.phone = %(phone)s) OR (%(email)s <> '' AND known.email = %(email)s))
        AND (%(name)s = '' OR known.name = '' OR core_joined(known.name) = core_joined(%(name)s)))
)
ORDER BY (known.phone = %(phone)s AND known.phone_verified_at IS NOT NULL) DESC, has_account DESC, person.id
LIMIT 1
"""


_PROVED_EMAIL = """
SELECT 1 FROM account_emailaddress AS address JOIN accounts_customer AS record ON record.id = address.user_id
WHERE %(id)s IN (record.id, record.merged_into_id) AND address.verified AND address.email = %(email)s
"""


@dataclass(frozen=True, slots=True)
class Person:
    """
    A customer as shown to staff. phone: E.164; alias_ids: the records that were merged into this one.

    is_email_verified and is_phone_verified: the person verified them; otherwise somebody only typed them in.
    """

    id: int
    name: str
    email: str
    phone: str
    is_phone_verified: bool
    is_email_verified: bool
    card_number: str
    language: str
    home_store: str
    preferred_channel: str
    receipt_channel: str
    joined_at: datetime
    has_account: bool
    alias_ids: Sequence[int]

    @property
    def ids(self) -> list[int]:
        """Return the ids of every record of this person, the surviving one first."""
        return [self.id, *self.alias_ids]


def find_people(*, text: str, limit: int = 20) -> list[Person]:
    """
    Return the customers that a cashier may mean, the likeliest first, in one statement.

    text: a name or part of it in any script, the beginning of an e-mail address, a phone number in any spelling or
    its last four digits and more, or a card number. limit: at most 50. Records merged into others lead to the person.
    """
    spelling = spell(text[:LONGEST_SEARCH])
    if spelling.is_empty:
        return []
    rows = sql.fetch_all(_FIND, _parameters(spelling) | {"limit": min(limit, MOST_PEOPLE)})
    return [Person(**row) for row in rows]


def find_record_ids(text: str) -> list[int]:
    """
    Return the ids of the records that the back office searches, at most MOST_RECORDS of each kind, including closed and
    merged ones.

    text: a name or a part of it, the beginning of an e-mail address, the beginning or end of a phone number, or a
    whole number of a card or of another system.
    """
    spelling = spell(text[:LONGEST_SEARCH])
    return [row["id"] for row in sql.fetch_all(_RECORDS, _parameters(spelling) | {"text": text})]


def get_person(*, customer_id: int) -> Person:
    """Return a person by the id of any of their records, in one statement. Raises NotFound."""
    row = sql.fetch_one(_GET, {"id": customer_id})
    if row is None:
        raise NotFound(_("There is no such customer."))
    return Person(**row)


def find_same_person(*, phone: str, email: str, name: str) -> Person | None:
    """
    Return the existing person with these details, in one statement.

    That is whoever verified the number (E.164) or address (lower case), else a contact registered with it under the
    same name or none.
    """
    row = sql.fetch_one(_SAME_PERSON, {"phone": phone, "email": email, "name": name})
    return Person(**row) if row else None


def find_by_proved_phone(phone: str) -> Customer | None:
    """Return the record that signs in with the number (E.164); a merged one only if no other has it."""
    proved = Customer.objects.filter(phone=phone, phone_verified_at__isnull=False, is_active=True)
    return proved.order_by(F("merged_into").asc(nulls_first=True), "pk").first()


def has_proved_email(customer_id: int, email: str) -> bool:
    """Return whether the person verified the address, on any of their records."""
    return sql.fetch_one(_PROVED_EMAIL, {"id": customer_id, "email": email}) is not None


def find_contact_ids(*, person_id: int, email: str = "", phone: str = "") -> list[int]:
    """
    Return the contacts that a person who verified an address (lower case) or number (E.164) may claim, in id order.

    A contact was registered by others: nobody signed up with it, verified anything about it, or works here under it. A
    record that could sign in, even after an unfinished sign-up, is never among them: it may be another person's.
    """
    known_by = Q(email=email) if email else Q(phone=phone)
    return list(
        Customer.objects.filter(
            known_by,
            Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX),
            merged_into=None,
            signed_up_at=None,
            phone_verified_at=None,
            last_login=None,
            is_staff=False,
            is_superuser=False,
            emailaddress=None,
        )
        .exclude(pk=person_id)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _parameters(spelling: Spelling) -> dict[str, str]:
    return {
        "card_number": spelling.card_number,
        "email": spelling.email,
        "phone": spelling.phone_end[::-1],
        "words": spelling.words,
    }
