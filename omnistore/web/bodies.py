"""Reads a whole request body within limits of size and time, before a thread is used for the request."""

import asyncio
import io
import tempfile
from typing import IO, NamedTuple

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope

# Bodies up to this size are read at once and kept in memory; nearly all are smaller.
SMALL_BYTES = 64_000
LARGEST_BYTES = 100_000_000
# Larger bodies are stored on disk; this is the limit of their total size in one process.
MOST_BYTES_IN_FILES = 400_000_000
# The time limit for a body, extended for a large one by its size at the rate of a poor mobile connection.
SECONDS, BYTES_PER_SECOND = 20.0, 50_000
SECONDS_WITHOUT_LENGTH = 60.0


class Body(NamedTuple):
    """A complete body, positioned at its beginning. length: in bytes."""

    content: IO[bytes]
    length: int


class BodyRefused(Exception):
    """The body is refused. status: of the response; code: of the problem; the text is for people."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


class Bodies:
    """Reads the bodies of one process, and counts their disk usage."""

    def __init__(self) -> None:
        self._bytes_in_files = 0

    async def read(self, scope: Scope, proto: HTTPProtocol) -> Body:
        """Read a whole body. Raises BodyRefused, also if the client disconnects before its end."""
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
            raise _truncated() from None

    def release(self, body: Body) -> None:
        """Close a body and free its disk space when the request is done."""
        body.content.close()
        if isinstance(body.content, tempfile.SpooledTemporaryFile):
            self._bytes_in_files -= body.length

    async def _read_into_file(self, proto: HTTPProtocol, length: int | None) -> Body:
        body = Body(tempfile.SpooledTemporaryFile(SMALL_BYTES), 0)  # noqa: SIM115  # release() closes it.
        is_over = False
        try:
            async for part in proto:
                # The server signals the end of a body by one empty part, and a truncated body by two.
                if is_over:
                    raise _truncated()
                is_over = not part
                body = self._add(body, part)
            if length is not None and body.length != length:
                raise _truncated()
            body.content.seek(0)
        except BaseException as error:
            self.release(body)
            if isinstance(error, OSError):
                # Most likely the disk is full: only the uploading client gets an error.
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


def _truncated() -> BodyRefused:
    return BodyRefused(400, "malformed", "The request ended before all of it had arrived. Send it again.")


def _too_large() -> BodyRefused:
    return BodyRefused(413, "too_large", "The request is too large.")
