#!/usr/bin/env bash
# granian's time for reading the headers is also how long an idle connection is kept, and nothing else is.
#
# With: granian 2.8.7 (RSGI; the HTTP part is hyper's).
# A good engineer would guess: --http1-header-read-timeout runs from the first byte of a request, against senders
#   that dawdle. A connection that has been answered waits for its next request by a time of its own.
# Seen: the time runs from the answer on, with nothing sent: at 1 second (a fair limit for headers) a kept connection is
#   closed after 1 second, at 3 after 3. The only other switch turns keeping connections on or off, so a proxy that
#   keeps its own longer will now and then send a request into a connection that is just being closed.
# Output seen:
#   limit 1 s: answered, closed after 1 s of silence
#   limit 3 s: answered, closed after 3 s of silence
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check granian==2.8.7
cat >"$work/shop.py" <<'PY'
async def rsgi(scope, protocol):
    protocol.response_str(200, [("content-type", "text/plain")], "tea")
PY
cat >"$work/client.py" <<'PY'
import socket
import sys
import time

port, limit = int(sys.argv[1]), int(sys.argv[2])
line = socket.create_connection(("127.0.0.1", port), timeout=20)
line.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
assert line.recv(1000).endswith(b"tea")
answered = time.monotonic()
assert line.recv(1000) == b""
silence = time.monotonic() - answered
print(f"limit {limit} s: answered, closed after {silence:.0f} s of silence")
assert limit - 0.2 < silence < limit + 1.5
PY
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
for limit in 1 3; do
    (cd "$work" && exec venv/bin/granian --interface rsgi --host 127.0.0.1 --port "$port" \
        --http1-header-read-timeout "${limit}000" shop:rsgi) >"$work/log" 2>&1 &
    server=$!
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 $server; sleep 0.2; done
    python3 "$work/client.py" "$port" "$limit"
    kill $server && wait $server || true
    server=
done
