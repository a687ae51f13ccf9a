#!/usr/bin/env bash
# In currency.js a refund is not the sale with a minus, and a minus that Intl writes is not read.
#
# With: currency.js 2.0.4 (npm).
# A good engineer would guess: rounding is mirrored, so that currency(-x) + currency(x) is nothing, and a negative
#   amount that Intl.NumberFormat has formatted is read as negative or as an error.
# Seen: halves go up, also below zero: 12.345 is 12.35 and -12.345 is -12.34, so a cent stays behind.
#   The minus of Swedish, Persian and others (U+2212) is dropped like any letter: a credit becomes a charge.
# Output seen:
#   currency(12.345) 12.35, currency(-12.345) -12.34, together 0.01
#   sv "−5,00" is read as 5
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund currency.js@2.0.4 >npm.log 2>&1 || { cat npm.log >&2; exit 1; }
node - <<'JS'
const assert = require('node:assert');
const currency = require('currency.js');

const sale = currency(12.345);
const refund = currency(-12.345);
console.log(`currency(12.345) ${sale}, currency(-12.345) ${refund}, together ${sale.add(refund)}`);
assert.equal(sale.value, 12.35);
assert.equal(refund.value, -12.34);

const credit = new Intl.NumberFormat('sv', { minimumFractionDigits: 2 }).format(-5);
assert.equal(credit, '\u22125,00');
const read = currency(credit, { separator: '.', decimal: ',' });
console.log(`sv "${credit}" is read as ${read.value}`);
assert.equal(read.value, 5);
JS
