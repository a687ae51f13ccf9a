"""The Content-Security-Policy: pages load and run what this shop itself serves, and nothing else."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

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


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Add the policy to every answer that does not carry its own."""
    # The live stream may come from a process of its own; pages must be allowed to listen to it.
    live = f"'self' {settings.LIVE_URL}".strip()
    strict, documentation = (written_policy(policy | {"connect-src": live}) for policy in (STRICT, DOCUMENTATION))

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = documentation if request.path.startswith(DOCUMENTATION_PATHS) else strict
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        return response

    return middleware


def written_policy(policy: dict[str, str]) -> str:
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
