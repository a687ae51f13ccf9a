#!/usr/bin/env bash
# A QR code of @point-of-sale/receipt-printer-encoder says "????" where its text is not Latin.
#
# With: @point-of-sale/receipt-printer-encoder 4.0.1 (npm).
# A good engineer would guess: a QR code carries UTF-8 (printers take bytes), or the library raises.
#   The library's own text() finds a code page for Arabic letters by itself.
# Seen: the same letters that text() prints become question marks in qrcode(); é is one byte of Latin-1.
#   The symbol scans without complaint: it says something else.
# Output seen:
#   qrcode("سلام") holds ????
#   qrcode("Café") holds Caf\xe9
#   text("سلام") holds ab e9 9f ea
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @point-of-sale/receipt-printer-encoder@4.0.1 >npm.log 2>&1 ||
    { cat npm.log >&2; exit 1; }
cat >try.mjs <<'JS'
import assert from 'node:assert';
import Encoder from '@point-of-sale/receipt-printer-encoder';

const receipt = () => new Encoder({ language: 'esc-pos', columns: 32 });
for (const [text, expected] of [['سلام', '????'], ['Café', 'Caf\\xe9']]) {
  const bytes = Buffer.from(receipt().qrcode(text).encode());
  const store = bytes.indexOf('1P0', 0, 'latin1') + 3; // GS ( k ... 49 80 48: the content follows.
  const content = bytes.subarray(store, bytes.indexOf(0x1d, store)).toString('latin1')
    .replace('é', '\\xe9');
  console.log(`qrcode(${JSON.stringify(text)}) holds ${content}`);
  assert.equal(content, expected);
}
const printed = Buffer.from(receipt().codepage('auto').text('سلام').encode()).subarray(3, 7);
console.log(`text("سلام") holds ${[...printed].map((byte) => byte.toString(16)).join(' ')}`);
assert.ok(!printed.includes('?'.charCodeAt(0)));
JS
node try.mjs
