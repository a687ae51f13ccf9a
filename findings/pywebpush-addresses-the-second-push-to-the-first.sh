#!/usr/bin/env bash
# With one dictionary of claims, pywebpush signs the push to Mozilla for Google.
#
# With: pywebpush 2.5.0.
# A good engineer would guess: webpush(..., vapid_claims=CLAIMS) reads the claims, and the audience that it works out
#   from the endpoint is of this message alone; a setting of the whole shop can be handed to it time and again.
# Seen: it writes "aud" and "exp" into the caller's dictionary and takes an "aud" that is there for granted.
#   The first subscriber's push service becomes the audience of every later one, and a push service refuses a token
#   for another audience (RFC 8292, 2). Only the expiry is renewed. A copy for each call helps.
# Output seen:
#   to https://fcm.googleapis.com: signed for https://fcm.googleapis.com
#   to https://updates.push.services.mozilla.com: signed for https://fcm.googleapis.com
#   claims now: aud exp sub
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"  # curl=True below leaves the body of the message in the folder that it is called in.
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pywebpush==2.5.0 cryptography==50.0.2
"$work/venv/bin/python" - <<'PY'
import base64
import json
import re

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid
from pywebpush import webpush

CLAIMS = {"sub": "mailto:shop@example.com"}
key = Vapid()
key.generate_keys()
browser = ec.generate_private_key(ec.SECP256R1()).public_key()
point = browser.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
keys = {"p256dh": base64.urlsafe_b64encode(point).decode(), "auth": base64.urlsafe_b64encode(bytes(16)).decode()}

audiences = []
for service in ("https://fcm.googleapis.com", "https://updates.push.services.mozilla.com"):
    # curl=True sends nothing: it returns the command that would, with the headers.
    command = webpush({"endpoint": f"{service}/push/1", "keys": keys}, "Your tea is here", vapid_private_key=key,
                      vapid_claims=CLAIMS, curl=True)
    payload = re.search(r"t=[^.]+\.([^.]+)\.", command)[1]
    audiences.append(json.loads(base64.urlsafe_b64decode(payload + "=="))["aud"])
    print(f"to {service}: signed for {audiences[-1]}")
print("claims now:", *sorted(CLAIMS))
assert audiences == ["https://fcm.googleapis.com"] * 2
assert sorted(CLAIMS) == ["aud", "exp", "sub"]
PY
