// The sale's screen: the scan field is ready at any time, and scans are done one after another.
"use strict";

// The requests of the page that is open; another page is fetched behind them.
const requests = (() => {
  const LONGEST_QUANTITY = 4;
  const waiting = [];
  const idle = [];
  let isScanning = false;
  let isTroubled = false;
  let forms = 0;
  let last = "";
  let hands = null;

  const scan = () => window.htmx && document.querySelector("form[data-scan]");
  const field = () => document.querySelector(".scan input:not([type=hidden])");
  const isEditable = (element) => element.matches("input, select, textarea, [contenteditable]");
  const errors = () => [...document.querySelectorAll("#sale .say.error")];
  const isBusy = () => isScanning || forms > 0;
  const done = () => (isBusy() ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve());

  function settle() {
    if (!isBusy()) for (const resolve of idle.splice(0)) resolve();
  }

  async function work() {
    if (isScanning) return;
    isScanning = true;
    isTroubled = false;
    let told = [];
    while (waiting.length) {
      last = waiting.shift();
      const values = { scanned: last, sale: document.querySelector("input[name=sale]").value };
      const form = scan();
      await htmx.ajax("POST", form.action, { source: form, target: form.dataset.scan, swap: "outerHTML", values })
        .catch(() => {});
      // What is wrong with one scan is still told when the next one has been added.
      document.querySelector("#sale [aria-live=assertive]").prepend(...told);
      told = errors();
      isTroubled ||= told.length > 0 || document.querySelector("[data-first]") !== null;
    }
    isScanning = false;
    settle();
  }

  function take(text) {
    // What is scanned while another scan is on its way waits its turn; nothing is lost.
    waiting.push(text);
    work();
  }

  async function pay() {
    typedAhead.keep();
    const hadScans = isScanning;
    await done();
    const link = document.querySelector("a[data-pay]");
    // Nobody pays for fewer items than the screen showed because a scan failed unnoticed.
    const isRefused = !link || (hadScans && isTroubled);
    if (!isRefused) link.click();
    typedAhead.give({ isRefused });
  }

  document.addEventListener("submit", (event) => {
    if (event.target !== scan()) return;
    event.preventDefault();
    // On a page that is about to go, it would have nowhere to show.
    if (typedAhead.isKeeping()) return;
    const text = field().value;
    field().value = "";
    if (text.trim()) take(text);
  });

  document.addEventListener("submit", (event) => {
    // A scanner that types while a quantity has the focus means goods, not ten million pieces.
    const quantity = event.target.querySelector("[data-quantity]");
    if (!scan() || !quantity || quantity.value.trim().length <= LONGEST_QUANTITY) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const scanned = quantity.value;
    quantity.value = quantity.defaultValue;
    take(scanned);
    field().focus();
  }, true);

  document.addEventListener("focusin", (event) => {
    // What is typed or scanned now stands for itself and does not go behind the old figure.
    if (event.target.matches("[data-quantity]")) event.target.select();
  });

  // Not the event's own element: when its form is gone from the page, htmx tells it of what stood around it.
  const isOwnForm = ({ requestConfig }) => requestConfig.elt.matches("form[hx-post]");

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (!isOwnForm(detail)) return;
    forms += 1;
    typedAhead.keep();
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!isOwnForm(detail)) return;
    forms -= 1;
    const first = document.querySelector("[data-first]");
    typedAhead.give({ field: first ?? field(), isUnseen: errors().length > 0, isRefused: !detail.successful });
    settle();
  });

  for (const trouble of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(trouble, (event) => {
      const form = scan();
      if (!form) return;
      document.querySelector("#trouble").hidden = false;
      if (event.target !== form) return;
      isTroubled = true;
      // What could not be sent stands in the field again; Enter sends it once more.
      const unsent = waiting.splice(0);
      if (field().value) unsent.unshift(last);
      else {
        field().value = last;
        field().select();
      }
      if (unsent.length) typedAhead.tell(unsent);
    });
  }

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const at = document.activeElement;
    const isAtWork = detail.target.contains(at) && at.matches("[data-quantity], .voucher input");
    hands = isAtWork && {
      place: `form[action="${at.form.getAttribute("action")}"] [name="${at.name}"]:not([type=hidden])`,
      value: at.value === at.defaultValue ? null : at.value,
      marked: [at.selectionStart, at.selectionEnd],
    };
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (!scan()) return;
    document.querySelector("#trouble").hidden = true;
    // The address follows the sale, so that a reload shows the same one.
    const address = detail.xhr.getResponseHeader("HX-Replace-Url");
    if (address) history.replaceState(null, "", address);
    if (typedAhead.isKeeping() || field().value) return;
    const same = hands && document.querySelector(hands.place);
    if (same) {
      // The news comes in around what the clerk is typing.
      if (hands.value !== null) same.value = hands.value;
      same.focus();
      same.setSelectionRange(...hands.marked);
      return;
    }
    const first = waiting.length ? null : document.querySelector("[data-first]");
    (first ?? field()).focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "F9") {
      if (!isBusy() && !document.querySelector("a[data-pay]")) return;
      event.preventDefault();
      pay();
      return;
    }
    if (event.key === "Escape" && field()) {
      field().focus();
      return;
    }
    const isText = event.key.length === 1 && event.key !== " ";
    if (field() && isText && !isEditable(event.target)) field().focus();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-print]");
    if (!link) return;
    event.preventDefault();
    const paper = window.open(link.href, "receipt", "width=420,height=720");
    if (paper) paper.addEventListener("load", () => paper.print());
    else window.location.assign(link.href);
  });

  return { done };
})();
