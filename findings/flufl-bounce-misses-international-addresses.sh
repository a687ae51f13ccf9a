#!/usr/bin/env bash
# flufl.bounce finds no failed address in a bounce whose address is international.
#
# With: flufl.bounce 6.0.0.
# A good engineer would guess: a bounce by the standard is understood, also by the one for addresses beyond ASCII
#   (RFC 6533: message/global-delivery-status, "Final-Recipient: utf-8; ..."), which servers with SMTPUTF8 send.
# Seen: the same report yields the address in its old form and nothing in the new one, whichever kind of address
#   it names: the customer's address counts as good and is written to for ever.
# Output seen:
#   message/delivery-status, rfc822; jurgen@example.com: jurgen@example.com
#   message/global-delivery-status, utf-8; jürgen@example.com: nothing
#   message/global-delivery-status, rfc822; jurgen@example.com: nothing
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check flufl.bounce==6.0.0
"$work/venv/bin/python" - <<'PY'
from email import message_from_bytes

from flufl.bounce import all_failures

REPORT = """\
From: MAILER-DAEMON@mx.example.com
To: bounces@shop.example
Subject: Undelivered mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary=part

--part
Content-Type: text/plain

There is no such mailbox.
--part
Content-Type: message/{kind}
Content-Transfer-Encoding: 8bit

Reporting-MTA: dns; mx.example.com

Final-Recipient: {recipient}
Action: failed
Status: 5.1.1

--part--
"""
old, new = "rfc822; jurgen@example.com", "utf-8; jürgen@example.com"
expected = {("delivery-status", old): {b"jurgen@example.com"}}
for kind, recipient in (
    ("delivery-status", old), ("global-delivery-status", new), ("global-delivery-status", old),
):
    _, found = all_failures(message_from_bytes(REPORT.format(kind=kind, recipient=recipient).encode()))
    print(f"message/{kind}, {recipient}: {b' '.join(found).decode() or 'nothing'}")
    assert found == expected.get((kind, recipient), set())
PY
