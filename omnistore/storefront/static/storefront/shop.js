// What makes the shop quicker and livelier than its pages are by themselves; without it everything still works.

const cartLink = () => document.getElementById("cart-link");
let stream = null;
let asked = null; // The visitor's last own request.
let isBehind = false;

// The cart changes on every open device as soon as any of them, or the till, changes it.
function follow() {
  const address = cartLink()?.dataset.live;
  if (!address || stream) return;
  const listen = () => {
    stream = new EventSource(address);
    stream.addEventListener("cart", (event) => {
      if (event.data !== cartLink().dataset.seen) refresh();
    });
    // A stream's address is good for a minute only, so a broken one is asked for anew.
    stream.addEventListener("error", () => {
      stream.close();
      setTimeout(listen, 3000 + Math.random() * 2000);
    });
  };
  listen();
}

// Nothing is swapped while the visitor types into it or waits for the answer to a form of it.
const isBusy = () => asked !== null && [1, 2, 3].includes(asked.readyState);
const isTyping = () => document.activeElement?.matches("[data-live-part] :is(input, textarea)") ?? false;

function refresh() {
  isBehind = isBusy() || isTyping();
  if (isBehind) return;
  const live = document.querySelector("[data-live-part]");
  if (live) {
    // Without the messages: what the visitor's own press was answered with stays to be read.
    const parts = { select: `#${live.id}`, selectOOB: "#cart-link" };
    htmx.ajax("GET", location.href, { target: live, swap: "outerHTML", source: live, ...parts });
  } else {
    htmx.ajax("GET", cartLink().href, { target: cartLink(), select: "#cart-link", swap: "outerHTML" });
  }
}

function catchUp() {
  if (isBehind) refresh();
}

document.addEventListener("focusout", () => setTimeout(catchUp));
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches("form")) asked = detail.xhr;
});

// A quantity that was chosen counts at once; the button beside it is for browsers without scripts.
function wireForms(root) {
  for (const button of root.querySelectorAll("[data-only-without-scripts]")) button.hidden = true;
  for (const button of root.querySelectorAll("[data-near]")) button.hidden = !("geolocation" in navigator);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-near]");
  if (!button) return;
  button.disabled = true;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const address = new URL(location.href);
      address.searchParams.delete("postcode");
      address.searchParams.set("near", `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`);
      location.assign(address);
    },
    () => {
      button.disabled = false;
      button.hidden = true;
    },
    { timeout: 10000, maximumAge: 600000 },
  );
});

// Whatever cannot be shown in place is shown as a whole page.
document.addEventListener("htmx:responseError", () => location.reload());
document.addEventListener("htmx:afterSettle", (event) => {
  wireForms(event.target);
  follow();
  catchUp();
});

wireForms(document);
follow();
