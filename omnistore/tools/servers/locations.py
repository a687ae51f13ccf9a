"""The directories and sockets of the embedded servers."""

import hashlib
from pathlib import Path
from urllib.parse import quote

# A socket's path is at most 104 bytes on macOS and 108 on Linux, and ".s.PGSQL.5432.lock" is appended to the directory.
LONGEST_SOCKET_DIRECTORY = 80
# Not the TMPDIR of the caller: two shells must get the same path.
SHORT_ROOT = Path("/tmp")  # noqa: S108  # The owner of its directories is checked before use.


def postgres_directory(data: Path) -> Path:
    """Return the directory of the PostgreSQL cluster of a data directory."""
    return data / "postgres"


def valkey_directory(data: Path) -> Path:
    """Return the directory of Valkey's append-only file."""
    return data / "valkey"


def socket_directory(server_directory: Path) -> Path:
    """Return the directory of a server's socket: its own, unless that path is too long for sockets."""
    if len(str(server_directory).encode()) <= LONGEST_SOCKET_DIRECTORY:
        return server_directory
    digest = hashlib.sha256(str(server_directory).encode()).hexdigest()[:16]
    return SHORT_ROOT / f"omnistore-{digest}"


def postgres_url(data: Path, *, database: str = "omnistore") -> str:
    """Return the URL of the embedded PostgreSQL of a data directory."""
    host = quote(str(socket_directory(postgres_directory(data))), safe="/")
    return f"postgres://postgres@/{database}?host={host}"


def valkey_socket(data: Path) -> Path:
    """Return the socket of the embedded Valkey of a data directory."""
    return socket_directory(valkey_directory(data)) / "valkey.sock"


def valkey_url(data: Path) -> str:
    """Return the URL of the embedded Valkey of a data directory."""
    return f"unix://{valkey_socket(data)}"
