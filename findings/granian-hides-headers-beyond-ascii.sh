#!/usr/bin/env bash
# Under granian a request header with one byte beyond ASCII is empty in WSGI and missing in half of RSGI's mapping.
#
# With: granian 2.8.7.
# A good engineer would guess: such values are allowed (RFC 9110, 5.5: obs-text), so WSGI has them as Latin-1, as PEP 3333
#   says, and RSGI's scope.headers has them in some form, or the server answers 400.
# Seen: in RSGI the name is among keys(), but items() leaves the header out and get() gives None; in WSGI the value is "".
#   The log has no word of it. A name in such a header (a file's, a person's in a proxy's header) is gone.
# Output seen:
#   rsgi: keys host x-ascii x-latin, items host x-ascii, get None
#   wsgi: HTTP_X_ASCII 'cafe', HTTP_X_LATIN ''
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check granian==2.8.7
cat >"$work/shop.py" <<'PY'
async def rsgi(scope, protocol):
    headers = scope.headers
    items = " ".join(sorted(name for name, _ in headers.items()))
    answer = f"keys {' '.join(sorted(headers.keys()))}, items {items}, get {headers.get('x-latin')}"
    protocol.response_str(200, [("content-type", "text/plain")], answer)


def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    names = ("HTTP_X_ASCII", "HTTP_X_LATIN")
    return [", ".join(f"{name} {environ.get(name)!a}" for name in names).encode()]
PY
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
for interface in rsgi wsgi; do
    (cd "$work" && exec venv/bin/granian --interface $interface --host 127.0.0.1 --port "$port" shop:$interface) \
        >"$work/log" 2>&1 &
    server=$!
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 $server; sleep 0.2; done
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET / HTTP/1.1\r\nHost: shop\r\nX-Ascii: cafe\r\nX-Latin: caf\xe9\r\n\r\n' >&3
    while IFS= read -r -t 5 -u 3 line && [ "$line" != $'\r' ]; do :; done # The answer's headers end.
    IFS= read -r -t 2 -u 3 body || true # The connection stays open, so this waits for a line end that does not come.
    echo "$body" >"$work/$interface"
    exec 3>&-
    echo "$interface: $(cat "$work/$interface")"
    kill $server && wait $server || true
    server=
done
[ "$(cat "$work/rsgi")" = 'keys host x-ascii x-latin, items host x-ascii, get None' ]
[ "$(cat "$work/wsgi")" = "HTTP_X_ASCII 'cafe', HTTP_X_LATIN ''" ]
