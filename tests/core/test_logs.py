import json
import logging
import sys

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from core.web import logs


@pytest.fixture
def ask():
    def run(path="/", view=lambda request: HttpResponse(), **headers):
        request = RequestFactory().get(path, headers=headers)
        request.resolver_match = None
        return logs.log_requests(view)(request)

    return run


@pytest.fixture
def asked_for():
    """A request that was resolved to its route."""

    def make(path):
        request = RequestFactory().get(path)
        request.resolver_match = resolve(path)
        return request

    return make


@pytest.fixture
def last_line(capsys):
    return lambda: json.loads(capsys.readouterr().err.splitlines()[-1])


def test_every_response_carries_the_id_of_its_log_line(ask, last_line):
    response = ask("/api/v1/cart/")

    line = last_line()
    assert line["request_id"] == response["X-Request-Id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/cart/", 200)
    assert line["ms"] >= 0


def test_keeps_a_harmless_id_from_the_caller(ask):
    assert ask("/", x_request_id="proxy-0001.abc")["X-Request-Id"] == "proxy-0001.abc"


@pytest.mark.parametrize("sent_id", ["short", "x" * 65, "with space 123", 'quote"quote"'])
def test_replaces_a_harmful_id(ask, sent_id):
    assert ask("/", x_request_id=sent_id)["X-Request-Id"] != sent_id


def test_omits_the_query_string(ask, last_line):
    ask("/till/customers/?q=ana@example.com")

    assert "ana" not in json.dumps(last_line())


def test_logs_bound_values_until_the_next_request(ask, last_line):
    def checkout(request):
        logs.bind(order="1000042", cart=7)
        return HttpResponse()

    ask("/", view=checkout)
    first = last_line()
    ask("/")
    second = last_line()

    assert (first["order"], first["cart"]) == ("1000042", 7)
    assert "order" not in second
    assert "cart" not in second


def test_a_line_is_one_json_object_with_its_traceback():
    logs.start(task="core.tasks.dispatch_journal")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("shop", logging.ERROR, __file__, 1, "failed on %s", (3,), sys.exc_info())

    written = logs.JsonFormatter().format(record)

    assert "\n" not in written
    line = json.loads(written)
    assert (line["level"], line["message"]) == ("error", "failed on 3")
    assert line["task"] == "core.tasks.dispatch_journal"
    assert "ValueError: two\nlines" in line["traceback"]


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/orders/500001/k3yk3yk3y/", "/orders/500001/<key>/"),
        ("/orders/500001/k3yk3yk3y/cancel/", "/orders/500001/<key>/cancel/"),
        ("/api/v1/till/carts/ABCD2345/", "/api/v1/till/carts/<code>/"),
        ("/api/v1/cart/handover/ABCD2345.svg", "/api/v1/cart/handover/<code>.svg"),
        ("/api/v1/till/customers/7/cart/vouchers/SUMMER/", "/api/v1/till/customers/7/cart/vouchers/<code>/"),
        ("/orders/500001/", "/orders/500001/"),
    ],
)
def test_omits_what_opens_an_order_or_a_cart(asked_for, last_line, path, logged):
    logs.log_requests(lambda request: HttpResponse())(asked_for(path))

    assert last_line()["path"] == logged


def test_an_error_names_no_key_either(asked_for):
    path = "/orders/500001/k3yk3yk3y/"
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "Internal Server Error: %s", (path,), None)
    record.request = asked_for(path)

    assert json.loads(logs.JsonFormatter().format(record))["message"] == "Internal Server Error: /orders/500001/<key>/"
