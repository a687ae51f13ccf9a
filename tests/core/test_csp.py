import pytest
from django.http import HttpResponse

from core.web.csp import SecurityHeadersMiddleware


@pytest.fixture
def https_shop(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    settings.SECURE_REDIRECT_EXEMPT = [r"^livez$"]
    return SecurityHeadersMiddleware(lambda request: HttpResponse(headers={"X-Frame-Options": "SAMEORIGIN"}))


@pytest.mark.parametrize(("address", "status"), [("/api/v1/cart/?a=1", 301), ("/cart/", 301), ("/livez", 200)])
def test_requests_without_tls_are_redirected_except_for_exempt_urls(rf, https_shop, address, status):
    answer = https_shop(rf.get(address))

    assert answer.status_code == status
    assert answer.get("Location") == (f"https://testserver{address}" if status == 301 else None)
    assert answer["Strict-Transport-Security"] == "max-age=3600"


def test_requests_with_tls_are_answered_and_the_response_keeps_its_headers(rf, https_shop):
    answer = https_shop(rf.get("/api/v1/cart/", secure=True))

    assert (answer.status_code, answer["X-Frame-Options"]) == (200, "SAMEORIGIN")
    assert answer["Content-Security-Policy"].startswith("default-src 'self'; script-src 'self'")
