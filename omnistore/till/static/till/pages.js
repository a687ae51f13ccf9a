// The till's pages come into the document that is open: a browser that loads a new one drops the keys typed meanwhile.
"use strict";

(() => {
  const ROOT = document.currentScript.dataset.root;
  const STYLES = "link[rel=stylesheet]";
  const PARTS = "#container > :not(#header)";
  // A reader of screens reads a page's name out when the browser loads it; here it is told.
  const told = document.createElement("p");
  let change = null;

  told.className = "unseen";
  told.setAttribute("aria-live", "polite");
  document.querySelector("#header").append(told);

  const isOfTill = (address) => address.origin === location.origin && address.pathname.startsWith(ROOT);
  const sources = (page) => [...page.querySelectorAll("script[src]")].map((script) => script.getAttribute("src")).join();
  const styleOf = (page, link) => page.querySelector(`${STYLES}[href="${link.getAttribute("href")}"]`);
  const sum = () => document.querySelector("[data-sum]")?.textContent;

  async function open(address, { body = null, isNew = true } = {}) {
    // What was sent is waited for; a page that was only asked for gives way to the next one.
    if (change?.isSending) return;
    if (change) change.stop.abort();
    else typedAhead.keep();
    const own = { stop: new AbortController(), isSending: body !== null, sum: sum() };
    change = own;
    document.body.setAttribute("aria-busy", "true");
    const arrived = await load(address, body, own).catch(() => null);
    if (change !== own) return;
    change = null;
    document.body.removeAttribute("aria-busy");
    if (arrived) show(arrived, own, isNew);
    else {
      for (const form of document.querySelectorAll("[data-once]")) delete form.dataset.sent;
      document.querySelector("#unanswered").hidden = false;
      typedAhead.give({ isRefused: true });
    }
  }

  // Returns the page that was answered, or null for an answer that is none of the till's.
  async function load(address, body, { stop }) {
    await requests.done();
    const answer = await fetch(address, { method: body ? "POST" : "GET", body, signal: stop.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const isWhole = sources(page) === sources(document);
    if (!isWhole && answer.status < 500 && (!body || answer.redirected)) {
      // Another program, or a newer one: the browser loads it.
      location.assign(answer.url);
      return new Promise(() => {});
    }
    if (!page.body.matches(".till")) return null;
    await dress(page);
    return { page, status: answer.status, address: body && !answer.redirected ? location.href : answer.url };
  }

  // Fetches the page's own style sheets before it is shown, each to its place in the order.
  function dress(page) {
    const awaited = [];
    let before = null;
    for (const theirs of page.querySelectorAll(STYLES)) {
      let link = styleOf(document, theirs);
      if (!link) {
        link = document.importNode(theirs);
        awaited.push(new Promise((done) => {
          link.onload = done;
          link.onerror = done;
        }));
        before.after(link);
      }
      before = link;
    }
    return Promise.all(awaited);
  }

  function show({ page, status, address }, { sum: seen }, isNew) {
    if (isNew && address !== location.href) history.pushState(null, "", address);
    document.title = page.title;
    told.textContent = page.title;
    document.body.className = page.body.className;
    const container = document.querySelector("#container");
    // The header stays where it is: in it is the field that has the focus.
    for (const part of document.querySelectorAll(PARTS)) part.remove();
    container.append(...page.querySelectorAll(PARTS));
    for (const link of document.querySelectorAll(STYLES)) if (!styleOf(page, link)) link.remove();
    window.htmx?.process(container);
    window.scrollTo(0, 0);
    const field = container.querySelector("[autofocus]");
    const due = field?.form?.querySelector("[data-sum]");
    typedAhead.give({
      field: field ?? document.querySelector("#content-start"),
      // Whoever typed the cash knew of another sum.
      isUnseen: Boolean(due) && due.textContent !== seen,
      isRefused: status >= 400,
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const address = new URL(link.href);
    if (!isOfTill(address) || address.hash) return;
    event.preventDefault();
    open(address);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Not by its properties: a form with a field named "method" says that field.
    const action = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    const address = new URL(action ?? "", location.href);
    if (event.defaultPrevented || !isOfTill(address)) return;
    event.preventDefault();
    const fields = new FormData(form, event.submitter);
    const hasFiles = form.getAttribute("enctype") === "multipart/form-data";
    if (form.getAttribute("method") === "post") open(address, { body: hasFiles ? fields : new URLSearchParams(fields) });
    else {
      address.search = new URLSearchParams(fields);
      open(address);
    }
  });

  window.addEventListener("popstate", () => {
    if (!location.hash) open(location.href, { isNew: false });
  });
})();
