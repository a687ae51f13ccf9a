"""Requests as the application receives them, and responses as the client receives them."""

import hashlib
import json
import socket

import pytest

LARGE = b"0123456789" * 30_000


def environ_of(answer):
    assert answer.status == 200
    return json.loads(answer.text)


def test_an_address_and_its_headers_reach_the_application_as_wsgi_defines_them(served):
    environ = environ_of(
        served.ask("/caf%C3%A9/%D9%85?q=%D9%85&r=1", headers={"X-Wanted": "yes", "Accept": "text/html"})
    )

    assert environ["PATH_INFO"] == "/café/م".encode().decode("latin-1")
    assert environ["QUERY_STRING"] == "q=%D9%85&r=1"
    assert (environ["REQUEST_METHOD"], environ["SERVER_PROTOCOL"]) == ("GET", "HTTP/1.1")
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", str(served.port))
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("127.0.0.1", "http")
    assert (environ["HTTP_X_WANTED"], environ["HTTP_ACCEPT"]) == ("yes", "text/html")
    assert environ["HTTP_HOST"] == f"127.0.0.1:{served.port}"


def test_a_header_sent_twice_is_one_list_and_cookies_are_one_line(served):
    request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    answer = served.say(request + b"Accept: a\r\nAccept: b\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n")

    environ = json.loads(answer.partition(b"\r\n\r\n")[2])

    assert (environ["HTTP_ACCEPT"], environ["HTTP_COOKIE"]) == ("a,b", "a=1; b=2")


def test_a_header_with_an_underscore_is_not_mistaken_for_a_header_of_a_proxy(served):
    environ = environ_of(served.ask("/", headers={"X_Forwarded_For": "10.0.0.1"}))

    assert "HTTP_X_FORWARDED_FOR" not in environ


def test_bodies_of_every_size_arrive_whole(served):
    for body in (b"", b"{}", LARGE):
        environ = environ_of(served.ask("/", "POST", body, {"Content-Type": "application/json"}))

        assert environ["body"] == [len(body), hashlib.sha256(body).hexdigest()]
        assert environ["CONTENT_TYPE"] == "application/json"
        assert environ["CONTENT_LENGTH"] == str(len(body))


def test_a_body_in_chunks_gets_a_length(served):
    request = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer = served.say(request + b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")

    environ = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert environ["body"] == [7, hashlib.sha256(b"abcdefg").hexdigest()]
    assert environ["CONTENT_LENGTH"] == "7"


def test_a_body_beyond_the_limit_is_refused_before_it_is_sent(served):
    request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000001\r\n\r\n"

    answer = served.say(request)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "too_large"


@pytest.mark.parametrize(
    "sent",
    [
        b"Content-Length: 50\r\n\r\nquantity=1",
        b"Content-Length: 200000\r\n\r\n" + LARGE[:100_000],
        b"Transfer-Encoding: chunked\r\n\r\na\r\nquantity=1\r\n",
        b"Transfer-Encoding: chunked\r\n\r\na\r\nquantity=1\r\nnonsense\r\n",
    ],
)
def test_a_body_that_ends_too_early_does_not_reach_the_application(served, sent):
    with served.open(sending=b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + sent) as wire:
        wire.shutdown(socket.SHUT_WR)
        with wire.makefile("rb") as received:
            answer = received.read()

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "malformed"


def test_streaming_responses_arrive_whole(served):
    for parts in (0, 3, 1000):
        answer = served.ask(f"/stream?parts={parts}")

        assert answer.text == b"".join(str(number % 10).encode() * 1000 for number in range(parts))


def test_files_arrive_whole_or_from_a_requested_position(served, tmp_path):
    path = tmp_path / "a file"
    path.write_bytes(LARGE)

    assert served.ask(f"/file?path={path}".replace(" ", "+")).text == LARGE
    assert served.ask(f"/file?path={path}&skip=299990".replace(" ", "+")).text == b"0123456789"


def test_head_is_answered_without_a_body(served, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(LARGE)

    for address in ("/", "/livez", "/stream?parts=1000", f"/file?path={path}"):
        answer = served.say(f"HEAD {address} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())

        assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"\r\n\r\n")


def test_an_uncaught_exception_is_an_error_and_ends_no_thread(served):
    answers = [served.ask("/fail") for _ in range(5)]

    assert {(answer.status, answer.text) for answer in answers} == {(500, b"Something went wrong.\n")}
    assert served.ask("/").status == 200


def test_a_connection_serves_one_request_after_another(served):
    first = b"POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    last = b"GET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    answer = served.say(first + last)

    assert [b'"PATH_INFO": "/one"' in answer, b'"PATH_INFO": "/two"' in answer] == [True, True]
