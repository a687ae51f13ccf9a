"""Who tries codes, for counting the wrong ones."""

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle


def client_key_of(request: Request | HttpRequest) -> str:
    """Return who asks: a member of staff by name, everybody else by the address the request comes from."""
    user = request.user
    if user.is_authenticated and getattr(user, "is_staff", False):
        return f"staff:{user.pk}"
    if "HTTP_X_FORWARDED_FOR" not in request.META:  # Else all headers are read to find this one.
        return f"ip:{request.META.get('REMOTE_ADDR')}"
    return f"ip:{BaseThrottle().get_ident(request)}"  # type: ignore[arg-type]
