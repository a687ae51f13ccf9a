"""The headers that keep pages safe: what they may load and run, who may frame them, what they tell others."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

STRICT = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The documentation's viewer writes style attributes and starts a worker from a blob.
DOCUMENTATION = STRICT | {"style-src": "'self' 'unsafe-inline'", "worker-src": "'self' blob:"}
DOCUMENTATION_PATHS = ("/api/v1/docs/",)


class SecurityHeadersMiddleware(SecurityMiddleware):
    """
    Does what Django's does, and adds the Content-Security-Policy: pages load what this shop itself serves only.

    An answer keeps what it set itself. The headers are the same every time, so they are prepared once.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        # The live stream may come from a process of its own; pages must be allowed to listen to it.
        live = {"connect-src": f"'self' {settings.LIVE_URL}".strip()}
        self._strict, self._documentation = (self._headers(policy | live) for policy in (STRICT, DOCUMENTATION))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        headers = self._documentation if request.path.startswith(DOCUMENTATION_PATHS) else self._strict
        # As the mapping keeps them: going through it would cost each request more than all of this shop's own views.
        response.headers._store = headers | response.headers._store
        return response

    def _headers(self, policy: dict[str, str]) -> dict[str, tuple[str, str]]:
        headers = {
            "Content-Security-Policy": written_policy(policy),
            "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        }
        if settings.SECURE_HSTS_SECONDS:
            headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
        return {name.lower(): (name, value) for name, value in headers.items()}


def written_policy(policy: dict[str, str]) -> str:
    """Return a policy as the header has it."""
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
