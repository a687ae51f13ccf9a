"""
Counts wrong passwords by person and by source, in PostgreSQL: the limits hold without the cache, too.

Only a wrong password counts. Whoever signs in rightly is never counted, however many do so at once.
"""

import hashlib
from datetime import datetime, timedelta

from accounts.models import WrongSignIn
from core.data import sql

# Of one person from one source; of one person from everywhere; of everybody from one source, where a whole shopping
# centre may share one address.
MOST_OF_BOTH, BOTH_COUNT_FOR = 5, timedelta(minutes=5)
MOST_OF_PERSON, PERSON_COUNTS_FOR = 50, timedelta(hours=1)
MOST_OF_SOURCE, SOURCE_COUNTS_FOR = 20, timedelta(minutes=1)

_COUNTS = """
SELECT (SELECT count(*) FROM accounts_wrongsignin
        WHERE person = %(person)s AND tried_at > %(both_since)s AND source = %(source)s) AS of_both,
       (SELECT count(*) FROM accounts_wrongsignin
        WHERE person = %(person)s AND tried_at > %(person_since)s) AS of_person,
       (SELECT count(*) FROM accounts_wrongsignin
        WHERE source = %(source)s AND tried_at > %(source_since)s) AS of_source
"""
_IS_AT_HOME = """
SELECT FROM usersessions_usersession AS session
WHERE session.ip <<= %(source)s::inet AND session.user_id IN (
    SELECT user_id FROM account_emailaddress WHERE verified AND lower(email) = %(login)s
    UNION ALL
    SELECT id FROM accounts_customer WHERE phone = %(login)s AND phone_verified_at IS NOT NULL)
LIMIT 1
"""


def is_one_too_many(*, login: str, source: str, now: datetime) -> bool:
    """
    Return whether a person may not sign in from a source for now, because too many passwords were wrong.

    login: the address in lower case, or the number as E.164; source: a network. Strangers' wrong passwords lock nobody
    out of the place where they are signed in already: there, only those for the same person from there count.
    """
    counts = sql.fetch_one(
        _COUNTS,
        {
            "person": _hash(login),
            "source": source,
            "both_since": now - BOTH_COUNT_FOR,
            "person_since": now - PERSON_COUNTS_FOR,
            "source_since": now - SOURCE_COUNTS_FOR,
        },
    )
    assert counts is not None
    if counts["of_both"] >= MOST_OF_BOTH:
        return True
    if counts["of_person"] < MOST_OF_PERSON and counts["of_source"] < MOST_OF_SOURCE:
        return False
    return sql.fetch_one(_IS_AT_HOME, {"source": source, "login": login}) is None


def note_wrong_sign_in(*, login: str, source: str, now: datetime) -> None:
    """Count a wrong password."""
    WrongSignIn.objects.create(person=_hash(login), source=source, tried_at=now)


def forgive_wrong_sign_ins(*, logins: list[str]) -> None:
    """Forget the wrong passwords of a person who has proved otherwise who they are."""
    WrongSignIn.objects.filter(person__in=[_hash(login) for login in logins]).delete()


def forget_wrong_sign_ins(*, now: datetime) -> int:
    """Delete the wrong passwords that count nowhere any more. Return how many."""
    deleted, _by_model = WrongSignIn.objects.filter(tried_at__lte=now - PERSON_COUNTS_FOR).delete()
    return deleted


def _hash(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()
