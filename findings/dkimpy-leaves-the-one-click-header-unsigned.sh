#!/usr/bin/env bash
# dkimpy signs List-Unsubscribe of its own accord, and not List-Unsubscribe-Post, without which it is worth little.
#
# With: dkimpy 1.1.8.
# A good engineer would guess: dkim.sign() without a list of headers covers those that matter. RFC 8058 (section 4)
#   demands a signature over both headers for one click, and the big mailboxes ask bulk senders for one click.
# Seen: h= has list-unsubscribe and not list-unsubscribe-post, so the mail is signed and valid and still has
#   no one-click unsubscription. The header must be named in include_headers (and then all others, too).
# Output seen:
#   signed: from to subject date message-id list-unsubscribe from
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dkimpy==1.1.8 cryptography==50.0.2
"$work/venv/bin/python" - <<'PY'
import re

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
mail = b"\r\n".join((
    b"From: shop@example.com",
    b"To: customer@example.org",
    b"Subject: New tea",
    b"Date: Tue, 01 Dec 2026 10:00:00 +0000",
    b"Message-ID: <1@example.com>",
    b"List-Unsubscribe: <https://example.com/unsubscribe/1>",
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    b"",
    b"It has come.",
    b"",
))
signature = re.sub(rb"\s", b"", dkim.sign(mail, b"2026", b"example.com", pem)).decode()
signed = re.search(r";h=([^;]+);", signature)[1].split(":")
print("signed:", *signed)
assert "list-unsubscribe" in signed
assert "list-unsubscribe-post" not in signed
PY
