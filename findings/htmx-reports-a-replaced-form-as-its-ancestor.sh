#!/usr/bin/env bash
# After a form has been swapped out, htmx tells the page that its ancestor made the request.
#
# With: htmx.org 2.0.10 in jsdom 26.1.0 (npm). jsdom lacks two functions that htmx needs; the script puts in stand-ins.
# A good engineer would guess: detail.elt of htmx:afterRequest is the element that issued the request, as it is in
#   htmx:beforeRequest, so a listener on the document can match the two (to take back a "sending" mark, for one).
# Seen: when the answer has replaced the form, the listener on the document gets the event from the nearest ancestor that
#   is still there, and detail.elt is that ancestor, too. Only detail.requestConfig.elt is the form to the end.
# Output seen:
#   htmx:beforeRequest from form, detail.elt form, requestConfig.elt form
#   htmx:afterRequest from box, detail.elt box, requestConfig.elt form
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund htmx.org@2.0.10 jsdom@26.1.0 >npm.log 2>&1 || { cat npm.log >&2; exit 1; }
cat >try.cjs <<'JS'
const assert = require('node:assert');
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const { JSDOM } = require('jsdom');

const PAGE = `<main id=page><section id=box><form id=form hx-post="/order" hx-target="#box"><button>Order</button>
</form></section></main>`;
const server = createServer((_, answer) => answer.end('<p>Thank you</p>')).listen(0, '127.0.0.1', () => {
  const { window } = new JSDOM(PAGE, { url: `http://127.0.0.1:${server.address().port}/`, runScripts: 'outside-only' });
  window.CSS = { escape: String };
  window.XPathEvaluator = class {
    createExpression() { return { evaluate: () => ({ iterateNext: () => null }) }; }
  };
  window.eval(readFileSync('node_modules/htmx.org/dist/htmx.js', 'utf8'));
  const seen = [];
  const note = ({ type, target, detail }) => {
    seen.push([type, target.id, detail.elt.id, detail.requestConfig.elt.id]);
    console.log(`${type} from ${target.id}, detail.elt ${detail.elt.id}, requestConfig.elt ${detail.requestConfig.elt.id}`);
  };
  window.document.addEventListener('htmx:beforeRequest', note);
  window.document.addEventListener('htmx:afterRequest', (event) => {
    note(event);
    assert.deepEqual(seen[0], ['htmx:beforeRequest', 'form', 'form', 'form']);
    assert.deepEqual(seen[1], ['htmx:afterRequest', 'box', 'box', 'form']);
    process.exit(0);
  });
  setTimeout(() => window.eval('htmx.process(document.body); htmx.trigger("#form", "submit")'), 100);
  setTimeout(() => process.exit(1), 10000);
});
JS
node try.cjs
