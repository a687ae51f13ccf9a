"""The client identity by which wrong codes are counted and limited."""

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle


def client_key_of(request: Request | HttpRequest) -> str:
    """Return the client key of a request: the member of staff, otherwise the request's IP address."""
    user = request.user
    if user.is_authenticated and getattr(user, "is_staff", False):
        return f"staff:{user.pk}"
    if "HTTP_X_FORWARDED_FOR" not in request.META:  # Otherwise all headers are read to find this one.
        return f"ip:{request.META.get('REMOTE_ADDR')}"
    return f"ip:{BaseThrottle().get_ident(request)}"  # type: ignore[arg-type]
