"""
Requests that may be sent twice and are carried out once.

The answer to a request with an Idempotency-Key is stored in the transaction of the work itself, and sent again, byte
for byte, whenever the key comes again. Refusals are not stored: they changed nothing, and the same request
may succeed later.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.data import sql
from core.errors import Malformed, Refusal
from core.web.api.base import answer_bytes

KEPT = timedelta(days=30)
LEASE = timedelta(seconds=60)
WAIT_SECONDS = 3.0

_TAKE = """
INSERT INTO core_idempotentresponse (scope, key, request_hash, body, locked_at, expires_at)
VALUES (%(scope)s, %(key)s, %(request_hash)s, ''::bytea, %(now)s, %(expires_at)s)
ON CONFLICT (scope, key) DO NOTHING
"""
_READ = """
SELECT request_hash, status, body FROM core_idempotentresponse WHERE scope = %(scope)s AND key = %(key)s
"""
_TAKE_OVER = """
UPDATE core_idempotentresponse SET locked_at = %(now)s
WHERE scope = %(scope)s AND key = %(key)s AND status IS NULL AND locked_at < %(lease_over)s
"""
_FINISH = """
UPDATE core_idempotentresponse SET status = %(status)s, body = %(body)s WHERE scope = %(scope)s AND key = %(key)s
"""
_FORGET = "DELETE FROM core_idempotentresponse WHERE scope = %(scope)s AND key = %(key)s AND status IS NULL"


class KeyReused(Refusal):
    """The same key was sent with another body."""

    code = "idempotency_key_reused"
    status = 422


class StillAtWork(Refusal):
    """The first request with this key has not been answered yet."""

    code = "request_in_progress"


class Replay(Exception):
    """Raised inside the transaction when the work was done before: carries the stored answer."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


@dataclass(slots=True)
class Claim:
    """The right to do the work of one key. scope: actor, method and path."""

    scope: str
    key: str
    request_hash: str

    @property
    def request_key(self) -> str:
        """The SHA-256 that marks work under this key, so that a retried request finds what was already done."""
        return hashlib.sha256(f"{self.scope} {self.key}".encode()).hexdigest()

    def take(self) -> bool:
        """
        Claim the key in the caller's transaction; a duplicate request waits here until this transaction ends.

        Raises Replay with the stored answer, KeyReused for another body, and StillAtWork if the first request was not
        done after a short wait. Returns False if the claim was taken over from a holder that died more than a minute
        ago after a first commit: look up its work by `request_key`, and continue from there.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            now = timezone.now()
            claimed = self._identity | {"request_hash": self.request_hash, "now": now, "expires_at": now + KEPT}
            if sql.execute(_TAKE, claimed):
                return True
            # Only read while waiting: a lock on the row would block the first request when it writes its answer.
            stored = sql.fetch_one(_READ, self._identity)
            if stored is not None and stored["request_hash"] != self.request_hash:
                raise KeyReused(_("This Idempotency-Key was used for another request. Make a new one."))
            if first := self._answer_in(stored):
                raise Replay(first)
            if sql.execute(_TAKE_OVER, self._identity | {"now": now, "lease_over": now - LEASE}):
                return False
            if time.monotonic() > deadline:
                raise StillAtWork(_("The same request is still running. Try again shortly with the same key."))
            time.sleep(0.05)

    def finish(self, data: Any, *, status: int) -> HttpResponse:
        """Store the answer in the caller's transaction and return it."""
        body = orjson.dumps(data, default=str)
        sql.execute(_FINISH, self._identity | {"status": status, "body": body})
        return answer_bytes(body, status=status)

    def first_answer(self) -> HttpResponse | None:
        """Return the stored answer to this same request; None if it has none yet."""
        return self._answer_in(sql.fetch_one(_READ, self._identity))

    def forget(self) -> None:
        """Release the key after a refusal that followed a commit, so that the client may try again."""
        sql.execute(_FORGET, self._identity)

    def _answer_in(self, stored: sql.Row | None) -> HttpResponse | None:
        if stored is None or stored["status"] is None or stored["request_hash"] != self.request_hash:
            return None
        headers = {"Idempotency-Replayed": "true"}
        return answer_bytes(bytes(stored["body"]), status=stored["status"], headers=headers)

    @property
    def _identity(self) -> dict[str, Any]:
        return {"scope": self.scope, "key": self.key}


def claim_of(request: Request, *, actor: str) -> Claim:
    """
    Read the Idempotency-Key of a request without claiming it. Do this before looking up what the request names: if a
    look-up is refused later, a stored answer still takes precedence (core.web.api.base.ApiView).

    actor: who sent the request, so that the keys of different people never collide. Raises Malformed when the
    header is missing or is not 1 to 255 printable ASCII characters.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Malformed(
            _("Send an Idempotency-Key of 1 to 255 printable ASCII characters, a new one for each operation."),
            field="Idempotency-Key",
        )
    body = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
    path_hash = hashlib.sha256(request.path.encode()).hexdigest()[:32]
    claim = Claim(
        scope=f"{actor} {request.method} {path_hash}",
        key=key,
        request_hash=hashlib.sha256(body).hexdigest(),
    )
    request.claim = claim  # type: ignore[attr-defined]  # Read by core.web.api.base.ApiView.
    return claim


def do_once(claim: Claim, work: Callable[[], Any], *, status: int) -> HttpResponse:
    """
    Do work once per key, and store its answer in the same transaction.

    work: returns the data of the answer. A refusal rolls the claim back with everything else.
    """
    try:
        with transaction.atomic(durable=True):
            claim.take()
            return claim.finish(work(), status=status)
    except Replay as replay:
        return replay.response


def forget_expired(*, now: datetime) -> int:
    """Delete expired answers. Return how many."""
    return sql.execute("DELETE FROM core_idempotentresponse WHERE expires_at < %(now)s", {"now": now})
