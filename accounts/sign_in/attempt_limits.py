"""The identities by which wrong codes and passwords are counted and limited."""

from ipaddress import ip_network

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle


def client_key_of(request: Request | HttpRequest) -> str:
    """Return the client key of a request: the person who is signed in, otherwise the request's IP address."""
    user = request.user
    if user.is_authenticated:
        return f"staff:{user.pk}" if getattr(user, "is_staff", False) else f"customer:{user.pk}"
    if "HTTP_X_FORWARDED_FOR" not in request.META:  # Otherwise all headers are read to find this one.
        return f"ip:{request.META.get('REMOTE_ADDR')}"
    return f"ip:{BaseThrottle().get_ident(request)}"  # type: ignore[arg-type]


def source_of(request: Request | HttpRequest) -> str:
    """Return the network that a request comes from: its address, or all of an IPv6 subscriber's, who has a /64."""
    address = get_adapter(request).get_client_ip(request)
    return str(ip_network(f"{address}/64" if ":" in address else address, strict=False))
