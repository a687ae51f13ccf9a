"""The key in a page's form, so that submitting it twice does its work once."""

import hashlib

import orjson
from django.http import HttpRequest

from carts.services.carts import Owner
from core.idempotency import Claim


def claim_of_page(request: HttpRequest, *, owner: Owner, key: str, act: str) -> Claim:
    """Read the claim of a submitted form without claiming it. act: the name of the form's action."""
    who = f"customer:{owner.customer_id}" if owner.customer_ids else f"cart:{owner.token_hash[:32]}"
    answers = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    digest = hashlib.sha256(orjson.dumps(answers, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Claim(scope=f"{who} web {act}"[:200], key=key, request_hash=digest)
