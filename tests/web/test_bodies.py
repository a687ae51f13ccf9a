"""The limits of bodies, lowered so that tests reach them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from granian.rsgi import ProtocolClosed

from omnistore.web import bodies
from omnistore.web.bodies import Bodies, BodyRefused


class Scope:
    method = "POST"

    def __init__(self, **headers):
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Sender:
    """A client that sends parts, then ends, stalls or disconnects."""

    def __init__(self, *parts, then=None):
        self.parts, self.then = parts, then

    async def __call__(self):
        return b"".join([part async for part in self])

    async def __aiter__(self):
        for part in self.parts:
            yield part
        yield b""
        if self.then == "leaves":
            raise ProtocolClosed("gone")
        if self.then == "stops":
            await asyncio.Event().wait()


def read(bodies_of_process, sender, **headers):
    # In a separate thread: an earlier browser test in this process leaves its event loop running.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, bodies_of_process.read(Scope(**headers), sender)).result()


class Cut(Sender):
    """A client whose chunks are truncated; the server signals it by a second empty part."""

    async def __aiter__(self):
        for part in (*self.parts, b"", b""):
            yield part


def test_a_request_without_a_body_is_not_waited_for():
    body = read(Bodies(), Sender(then="stops"))

    assert (body.content.read(), body.length) == (b"", 0)


@pytest.mark.parametrize("headers", [{"content_length": "9"}, {"content_length": "90000"}, {"transfer_encoding": "x"}])
def test_a_body_that_does_not_arrive_in_time_is_refused(headers, monkeypatch):
    monkeypatch.setattr(bodies, "SECONDS", 0.01)
    monkeypatch.setattr(bodies, "SECONDS_WITHOUT_LENGTH", 0.01)
    monkeypatch.setattr(bodies, "BYTES_PER_SECOND", 100_000_000)

    with pytest.raises(BodyRefused) as refused:
        read(Bodies(), Sender(b"abc", then="stops"), **headers)

    assert (refused.value.status, refused.value.code) == (408, "request_timeout")


@pytest.mark.parametrize(
    "sender, headers",
    [
        (Sender(b"123", then="leaves"), {"content_length": "9"}),
        (Sender(b"123"), {"content_length": "90000"}),
        (Cut(b"123"), {"transfer_encoding": "chunked"}),
    ],
)
def test_a_body_that_ends_too_early_is_refused(sender, headers):
    with pytest.raises(BodyRefused) as refused:
        read(Bodies(), sender, **headers)

    assert (refused.value.status, refused.value.code) == (400, "malformed")


@pytest.mark.parametrize("headers", [{"content_length": "11"}, {"transfer_encoding": "chunked"}])
def test_a_body_beyond_the_limit_is_refused(headers, monkeypatch):
    monkeypatch.setattr(bodies, "LARGEST_BYTES", 10)

    with pytest.raises(BodyRefused) as refused:
        read(Bodies(), Sender(b"123456", b"78901"), **headers)

    assert (refused.value.status, refused.value.code) == (413, "too_large")


def test_uploads_share_the_disk_and_free_it_afterwards(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_BYTES_IN_FILES", 10)
    bodies_of_process = Bodies()
    first = read(bodies_of_process, Sender(b"12345678"), transfer_encoding="chunked")

    with pytest.raises(BodyRefused) as refused:
        read(bodies_of_process, Sender(b"1", b"23"), transfer_encoding="chunked")
    bodies_of_process.release(first)
    second = read(bodies_of_process, Sender(b"1234567890"), transfer_encoding="chunked")

    assert refused.value.status == 503
    assert second.content.read() == b"1234567890"


@pytest.mark.parametrize("then", ["leaves", None])
def test_a_failed_upload_frees_its_disk_space(then, monkeypatch):
    monkeypatch.setattr(bodies, "MOST_BYTES_IN_FILES", 10)
    bodies_of_process = Bodies()

    for _ in range(3):
        with pytest.raises((ProtocolClosed, BodyRefused)):
            read(
                bodies_of_process,
                Sender(b"1234", b"5678", b"9012" * (then is None), then=then),
                transfer_encoding="chunked",
            )

    assert read(bodies_of_process, Sender(b"1234567890"), transfer_encoding="chunked").length == 10


def test_an_upload_on_a_full_disk_is_refused(monkeypatch):
    class Full:
        def __init__(self, *_):
            pass

        def write(self, _part):
            raise OSError(28, "No space left on device")

        def close(self):
            pass

    monkeypatch.setattr(bodies.tempfile, "SpooledTemporaryFile", Full)

    with pytest.raises(BodyRefused) as refused:
        read(Bodies(), Sender(b"1"), transfer_encoding="chunked")

    assert (refused.value.status, refused.value.code) == (503, "unavailable")
