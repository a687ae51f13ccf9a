import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import path

FORM = "application/x-www-form-urlencoded"
SAME_FOR_ALL = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")


def fail(request):
    raise RuntimeError("a fault of ours")


urlpatterns = [path("api/broken/", fail), path("api/fine/", lambda request: HttpResponse("fine"))]
handler500 = "core.web.api.problems.handle_500"


@pytest.fixture
def program():
    return Client(raise_request_exception=False)


@pytest.fixture
def browser():
    """Sends a cookie, and so passes all middlewares for browsers."""
    browser = Client(raise_request_exception=False)
    browser.cookies["any"] = "1"
    return browser


@pytest.mark.parametrize(
    ("method", "address", "options"),
    [
        ("GET", "/api/v1/catalogue/products/", {}),
        ("HEAD", "/api/v1/catalogue/products/", {}),
        ("GET", "/api/v1/catalogue/products/?limit=-1", {"headers": {"accept-language": "fa-IR,fa;q=0.8"}}),
        ("GET", "/api/v1/catalogue/products/nothing/", {"headers": {"accept-language": "xx, ar;q=0.5"}}),
        ("DELETE", "/api/v1/catalogue/products/", {}),
        ("OPTIONS", "/api/v1/cart/", {}),
        ("GET", "/api/v1/cart/", {"headers": {"accept": "text/html"}}),
        ("GET", "/api/v1/me/", {}),
        ("GET", "/api/v1/me/", {"headers": {"authorization": "Bearer forged"}}),
        ("POST", "/api/v1/cart/lines/", {"data": "{", "content_type": "application/json"}),
        ("POST", "/api/v1/cart/lines/", {"data": "<a/>", "content_type": "text/xml"}),
        ("POST", "/api/v1/cart/lines/", {"data": "sku=4242+4242+4242+4242&note=pay", "content_type": FORM}),
        ("POST", "/api/v1/cart/lines/", {"data": "note=4242+4242+4242+4242", "content_type": FORM}),
        ("GET", "/api/v1/schema/", {}),
        ("GET", "/api/v1/nowhere/", {}),
        ("GET", "/api/v1/cart", {}),
        ("GET", "/api/v1/cart/", {"headers": {"host": "evil.example.com"}}),
        ("GET", "/api/v1/cart/handover/ABC.svg", {}),
    ],
)
def test_a_program_gets_the_same_response_as_a_browser(db, program, browser, method, address, options):
    program_response, browser_response = (client.generic(method, address, **options) for client in (program, browser))

    assert (program_response.status_code, program_response.content) == (
        browser_response.status_code,
        browser_response.content,
    )
    of_each_answer = {"X-Request-Id", "Vary"}
    assert {name: text for name, text in program_response.headers.items() if name not in of_each_answer} == {
        name: text for name, text in browser_response.headers.items() if name not in of_each_answer
    }
    assert set(SAME_FOR_ALL) <= set(program_response.headers)
    assert program_response["X-Request-Id"]
    # A browser's responses may also depend on its cookie.
    varies, varies_for_browsers = (
        set(answer.get("Vary", "").split(", ")) - {"Cookie"} for answer in (program_response, browser_response)
    )
    assert varies == varies_for_browsers


def test_a_program_bypasses_the_middlewares_for_browsers(db, program):
    request = program.get("/api/v1/cart/").wsgi_request

    assert {name for name in ("session", "allauth", "_messages") if hasattr(request, name)} == set()
    assert request.LANGUAGE_CODE == "en"
    assert request.resolver_match.route == "api/v1/cart/"


@pytest.mark.parametrize(
    ("address", "headers"),
    [("/api/v1/cart/", {"cookie": "sessionid=x"}), ("/api/v1/cart/", {"cookie": "any=1"}), ("/cart/", {})],
)
def test_a_browsers_session_is_used_on_every_url(db, program, address, headers):
    request = program.get(address, headers=headers).wsgi_request

    assert all(hasattr(request, name) for name in ("session", "user", "allauth", "_messages"))


def test_each_program_is_answered_in_its_own_language(db, program):
    languages = ["ar", "en", "fa", "ar", ""]
    answers = [program.get("/api/v1/me/", headers={"accept-language": language}) for language in languages]

    assert [answer["Content-Language"] for answer in answers] == ["ar", "en", "fa", "ar", "en"]
    assert answers[0].json()["detail"] == answers[3].json()["detail"] != answers[1].json()["detail"]


def test_a_url_and_a_language_too_long_to_be_cached_are_handled(db, program):
    address, languages = "x" * 300, ", ".join(["fa"] + ["de;q=0.1"] * 30)
    answer = program.get(f"/api/v1/catalogue/products/{address}/", headers={"accept-language": languages})

    assert answer.wsgi_request.resolver_match.kwargs == {"slug": address}
    assert (answer.status_code, answer["Content-Language"]) == (404, "fa")


def test_a_crash_returns_a_problem_with_the_headers_of_other_responses(settings, program):
    settings.ROOT_URLCONF = __name__
    fine, broken = program.get("/api/fine/"), program.get("/api/broken/")

    assert (fine.status_code, broken.status_code) == (200, 500)
    assert broken.json()["code"] == "internal_error"
    assert {*fine.headers, "Cache-Control"} == set(broken.headers)


def test_the_middlewares_that_programs_bypass_are_for_browsers():
    """Whoever adds a middleware after the fast path must know that programs' requests do not reach it."""
    place = settings.MIDDLEWARE.index("core.web.middleware.ApiFastPathMiddleware")

    assert settings.MIDDLEWARE[:place] == ["core.web.logs.log_requests", "core.web.csp.SecurityHeadersMiddleware"]
    assert not settings.DATABASES["default"]["ATOMIC_REQUESTS"], "it would have to open the transaction"
    assert not (settings.PREPEND_WWW or settings.DISALLOWED_USER_AGENTS or settings.USE_X_FORWARDED_HOST)
