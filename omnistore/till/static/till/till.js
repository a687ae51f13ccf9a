// The till's screen: the scan field is ready at any time, and scans are done one after another.
"use strict";

(() => {
  const LONGEST_QUANTITY = 4;
  const scan = document.querySelector("form[data-scan]");
  const field = document.querySelector(".scan input:not([type=hidden])");
  const waiting = [];
  let isBusy = false;
  let last = "";

  const isEditable = (element) => element.matches("input, select, textarea, [contenteditable]");

  async function work() {
    if (isBusy) return;
    isBusy = true;
    while (waiting.length) {
      const values = { scanned: waiting.shift(), sale: document.querySelector("input[name=sale]").value };
      last = values.scanned;
      await htmx.ajax("POST", scan.action, { source: scan, target: scan.dataset.scan, swap: "outerHTML", values })
        .catch(() => {});
    }
    isBusy = false;
  }

  function take(text) {
    // What is scanned while another scan is on its way waits its turn; nothing is lost.
    waiting.push(text);
    field.value = "";
    work();
  }

  if (scan && window.htmx) {
    scan.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) take(field.value);
    });

    document.addEventListener("submit", (event) => {
      // A scanner that types while a quantity has the focus means goods, not ten million pieces.
      const quantity = event.target.querySelector("[data-quantity]");
      if (!quantity || quantity.value.trim().length <= LONGEST_QUANTITY) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const scanned = quantity.value;
      quantity.value = quantity.defaultValue;
      take(scanned);
      field.focus();
    }, true);

    document.addEventListener("focusin", (event) => {
      // What is typed or scanned now stands for itself and does not go behind the old figure.
      if (event.target.matches("[data-quantity]")) event.target.select();
    });

    for (const trouble of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
      document.body.addEventListener(trouble, (event) => {
        document.querySelector("#trouble").hidden = false;
        if (event.target !== scan) return;
        // What could not be sent stands in the field again; Enter sends it once more.
        waiting.length = 0;
        field.value = last;
        field.select();
      });
    }

    document.body.addEventListener("htmx:afterSwap", () => {
      document.querySelector("#trouble").hidden = true;
      const first = document.querySelector("[data-first]");
      (first || field).focus();
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "F9") {
      const pay = document.querySelector("a[data-pay]");
      if (pay) {
        event.preventDefault();
        pay.click();
      }
      return;
    }
    if (event.key === "Escape" && field) {
      field.focus();
      return;
    }
    const isText = event.key.length === 1 && event.key !== " ";
    if (field && isText && !isEditable(event.target)) field.focus();
  });

  for (const link of document.querySelectorAll("a[data-print]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const paper = window.open(link.href, "receipt", "width=420,height=720");
      if (paper) paper.addEventListener("load", () => paper.print());
      else window.location.assign(link.href);
    });
  }
})();
