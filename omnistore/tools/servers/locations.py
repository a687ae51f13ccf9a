"""Where the embedded servers keep their files and sockets."""

import hashlib
from pathlib import Path
from urllib.parse import quote

# A socket's path is at most 104 bytes on macOS and 108 on Linux, and ".s.PGSQL.5432.lock" has to fit behind.
LONGEST_SOCKET_DIRECTORY = 80
# Not the TMPDIR of whoever asks: two shells must come to the same answer.
SHORT_ROOT = Path("/tmp")  # noqa: S108  # The directories below it are checked to be ours before they are used.


def postgres_directory(data: Path) -> Path:
    """Name the PostgreSQL cluster of a data directory."""
    return data / "postgres"


def valkey_directory(data: Path) -> Path:
    """Name the directory in which Valkey keeps its append-only file."""
    return data / "valkey"


def socket_directory(server_directory: Path) -> Path:
    """Name the directory of a server's socket: its own, unless the path is longer than sockets allow."""
    if len(str(server_directory).encode()) <= LONGEST_SOCKET_DIRECTORY:
        return server_directory
    digest = hashlib.sha256(str(server_directory).encode()).hexdigest()[:16]
    return SHORT_ROOT / f"omnistore-{digest}"


def postgres_url(data: Path, *, database: str = "omnistore") -> str:
    """Give the URL under which the embedded PostgreSQL of a data directory is reached."""
    host = quote(str(socket_directory(postgres_directory(data))), safe="/")
    return f"postgres://postgres@/{database}?host={host}"


def valkey_socket(data: Path) -> Path:
    """Name the socket of the embedded Valkey of a data directory."""
    return socket_directory(valkey_directory(data)) / "valkey.sock"


def valkey_url(data: Path) -> str:
    """Give the URL under which the embedded Valkey of a data directory is reached."""
    return f"unix://{valkey_socket(data)}"
