import pytest
from django.http import HttpResponse

from core.middleware import (
    BrowserAuthenticationMiddleware,
    BrowserCsrfMiddleware,
    BrowserMessageMiddleware,
    BrowserSessionMiddleware,
)


def travelled(request):
    """Send a request through what browsers need, in the order of the settings."""
    chain = BrowserMessageMiddleware(lambda request: HttpResponse())
    for middleware in (BrowserAuthenticationMiddleware, BrowserCsrfMiddleware, BrowserSessionMiddleware):
        chain = middleware(chain)
    chain(request)
    return {name for name in ("session", "user", "_messages") if hasattr(request, name)}


def test_a_program_passes_by_what_only_browsers_need(rf):
    assert travelled(rf.get("/api/v1/cart/")) == set()


@pytest.mark.parametrize(
    ("address", "cookies"),
    [("/api/v1/cart/", "sessionid=x"), ("/api/v1/cart/", "any=1"), ("/cart/", ""), ("/admin/", "")],
)
def test_a_browser_brings_its_session_wherever_it_goes(rf, address, cookies):
    headers = {"HTTP_COOKIE": cookies} if cookies else {}
    assert travelled(rf.get(address, **headers)) == {"session", "user", "_messages"}
