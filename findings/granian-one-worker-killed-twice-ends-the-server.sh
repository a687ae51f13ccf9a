#!/usr/bin/env bash
# With --respawn-failed-workers, one worker that is killed again within seconds ends the server and its healthy workers.
#
# With: granian 2.8.7.
# A good engineer would guess: the flag starts a worker anew whenever one dies; the other workers go on serving, as with
#   gunicorn or uWSGI.
# Seen: the first killed worker is replaced. If its replacement dies within about five and a half seconds (the memory
#   killer strikes twice), the server takes it for a crash loop, stops its other workers too, and ends with status 1.
# Output seen:
#   killed once: 2 workers, the server runs
#   killed again at once: the server ended with status 1
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill -9 "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check granian==2.8.7 psutil==7.0.0
cat >"$work/shop.py" <<'PY'
def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
PY
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(cd "$work" && exec venv/bin/granian --interface wsgi --host 127.0.0.1 --port "$port" --workers 2 \
    --respawn-failed-workers shop:wsgi) >"$work/log" 2>&1 &
server=$!
"$work/venv/bin/python" - "$server" <<'PY'
import sys
import time

import psutil

server = psutil.Process(int(sys.argv[1]))


def workers():
    """The server's children that run, without helpers of multiprocessing."""
    found = [child for child in server.children() if child.status() != psutil.STATUS_ZOMBIE]
    return {child.pid for child in found if "resource_tracker" not in " ".join(child.cmdline())}


def wait_for(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


wait_for(lambda: len(workers()) == 2)
time.sleep(1)  # They have begun to serve.
first = workers()
victim = min(first)
psutil.Process(victim).kill()
wait_for(lambda: len(workers() - first) == 1 and len(workers()) == 2)
print(f"killed once: {len(workers())} workers, the server runs", flush=True)
time.sleep(1)
(replacement,) = workers() - first
psutil.Process(replacement).kill()
try:
    server.wait(timeout=20)
except psutil.TimeoutExpired:
    raise SystemExit("killed again at once: the server runs on; the behaviour has changed")
PY
wait "$server" && status=0 || status=$?
server=
echo "killed again at once: the server ended with status $status"
[ "$status" = 1 ]
