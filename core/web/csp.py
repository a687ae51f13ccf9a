"""Security headers: what pages may load and run, who may frame them, which referrer they send."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

from core.web import headers

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
    Django's security headers with a Content-Security-Policy: pages load only what this shop serves.

    A response keeps the headers that it set itself. The headers never change, so they are prepared once.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        # The live stream may come from a separate process; pages must be allowed to connect to it.
        live = {"connect-src": f"'self' {settings.LIVE_URL}".strip()}
        self._strict, self._documentation = (_written(policy | live) for policy in (STRICT, DOCUMENTATION))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_documentation = request.path.startswith(DOCUMENTATION_PATHS)
        headers.add(response, self._documentation if is_documentation else self._strict)
        return response


def _written(policy: dict[str, str]) -> headers.Written:
    safe = {
        "Content-Security-Policy": written_policy(policy),
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }
    if settings.SECURE_HSTS_SECONDS:
        safe["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return headers.written(safe)


def written_policy(policy: dict[str, str]) -> str:
    """Return a policy in the header's syntax."""
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
