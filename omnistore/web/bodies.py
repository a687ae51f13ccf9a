"""Reading a request's body to its end, within limits of size and time, before any thread is taken for it."""

import asyncio
import io
import tempfile
from typing import IO, NamedTuple

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope

# Up to this size bodies are read at once and kept in memory; nearly all are.
SMALL_BYTES = 64_000
LARGEST_BYTES = 100_000_000
# Larger ones lie on the disk meanwhile; together, in one process, they may take no more than this.
MOST_BYTES_IN_FILES = 400_000_000
# A visitor has this long to send a body, and longer for a large one: a phone in a lift still sends so much a second.
SECONDS, BYTES_PER_SECOND = 20.0, 50_000
SECONDS_WITHOUT_LENGTH = 60.0


class Body(NamedTuple):
    """A body that has been read, to be read again from its beginning. length: in bytes."""

    content: IO[bytes]
    length: int


class BodyRefused(Exception):
    """The body is not taken. status: of the answer; code: of the problem; the text is fit for people."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


class Bodies:
    """Reads the bodies of one process, and knows how much of the disk those at work take."""

    def __init__(self) -> None:
        self._bytes_in_files = 0

    async def read(self, scope: Scope, proto: HTTPProtocol) -> Body:
        """Read a body to its end. Raises BodyRefused, also when the visitor has left before its end."""
        headers = scope.headers
        declared = headers.get("content-length")
        if declared is None and "transfer-encoding" not in headers:
            return Body(io.BytesIO(), 0)
        length = None if declared is None else int(declared)
        if length is not None and length > LARGEST_BYTES:
            raise _too_large()
        seconds = SECONDS_WITHOUT_LENGTH if length is None else SECONDS + length / BYTES_PER_SECOND
        try:
            async with asyncio.timeout(seconds):
                if length is None or length > SMALL_BYTES:
                    return await self._read_into_file(proto, length)
                content = await proto()
                return Body(io.BytesIO(content), len(content))
        except TimeoutError:
            raise BodyRefused(408, "request_timeout", "The request did not arrive in time. Send it again.") from None
        except ProtocolClosed:
            raise _cut_off() from None

    def let_go(self, body: Body) -> None:
        """Give back what a body took, when the work on it is done."""
        body.content.close()
        if isinstance(body.content, tempfile.SpooledTemporaryFile):
            self._bytes_in_files -= body.length

    async def _read_into_file(self, proto: HTTPProtocol, length: int | None) -> Body:
        body = Body(tempfile.SpooledTemporaryFile(SMALL_BYTES), 0)  # noqa: SIM115  # let_go() closes it.
        is_over = False
        try:
            async for part in proto:
                # The server tells of a body's end by one empty part, and of one that was cut off by two of them.
                if is_over:
                    raise _cut_off()
                is_over = not part
                body = self._add(body, part)
            if length is not None and body.length != length:
                raise _cut_off()
            body.content.seek(0)
        except BaseException as error:
            self.let_go(body)
            if isinstance(error, OSError):
                # Most likely the disk is full: whoever uploads hears of it, and everybody else goes on.
                raise BodyRefused(503, "unavailable", "The upload cannot be kept right now. Try again.") from error
            raise
        return body

    def _add(self, body: Body, part: bytes) -> Body:
        length = body.length + len(part)
        if length > LARGEST_BYTES:
            raise _too_large()
        if self._bytes_in_files + len(part) > MOST_BYTES_IN_FILES:
            raise BodyRefused(503, "unavailable", "Too much is being uploaded right now. Try again.")
        body.content.write(part)
        self._bytes_in_files += len(part)
        return Body(body.content, length)


def _cut_off() -> BodyRefused:
    return BodyRefused(400, "malformed", "The request ended before all of it had arrived. Send it again.")


def _too_large() -> BodyRefused:
    return BodyRefused(413, "too_large", "The request is too large.")
