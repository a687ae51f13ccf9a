// Keys that are typed while a page of the till changes: kept, and given in their order to the field that comes.
"use strict";

const typedAhead = (() => {
  const REST_MS = 300; // A scanner never pauses so long between two keys.
  const ACTING = ["Enter", "Tab", "F9"];
  const SHOWN = { Enter: "⏎", Tab: "⇥" };
  const TEXT = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea";
  const kept = [];
  // A field of its own takes the keys, so that dead keys, input methods and corrections work as in any other.
  const keeper = document.createElement("input");
  let changes = 0;
  let origin = null;
  let isComposing = false;
  let coming = null;
  let resting = null;
  let isTyped = false;

  keeper.id = "typed-ahead";
  keeper.className = "unseen";
  keeper.tabIndex = -1;
  keeper.autocomplete = "off";
  keeper.inputMode = "none";
  keeper.setAttribute("aria-label", document.currentScript.dataset.label);

  function gather() {
    const before = kept.at(-1);
    // A code in two halves is still one code.
    if (before?.text) before.text += keeper.value;
    else if (keeper.value) kept.push({ text: keeper.value });
    keeper.value = "";
  }

  function tell(words) {
    const note = document.querySelector("#unused");
    note.querySelector("bdi").textContent = words.join(" ");
    note.hidden = false;
  }

  // As if by hand: with the events, the longest length and the way back of what is typed.
  const put = (text) => document.execCommand("insertText", false, text);

  function hand(field) {
    field?.focus();
    keeper.remove();
  }

  function keep() {
    changes += 1;
    coming = null;
    clearTimeout(resting);
    if (document.activeElement !== keeper) origin = document.activeElement;
    if (!keeper.isConnected) document.querySelector("#header").append(keeper);
    keeper.focus({ preventScroll: true });
  }

  /* Ends one change. field: what has the focus now; without it, what had it before. isUnseen: the clerk has to look
     first, so nothing is sent; isRefused: and what was typed was meant for another page. */
  function give({ field = null, isUnseen = false, isRefused = false } = {}) {
    changes -= 1;
    if (changes) return;
    field ??= origin?.isConnected ? origin : document.querySelector("[autofocus]");
    coming = { field, isRefused, isUnseen: isUnseen || isRefused || !field?.matches("[data-ahead]") };
    arrive();
  }

  function arrive() {
    if (isComposing || !coming) return;
    gather();
    if (kept.length && coming.isUnseen) {
      rest();
      return;
    }
    const { field } = coming;
    coming = null;
    isTyped = false;
    hand(field);
    // A search that comes with its old words is about the new ones.
    if (field?.matches("[data-ahead]")) field.select();
    while (kept.length && act(field, kept[0])) kept.shift();
    if (kept.length && !changes) {
      keep();
      give({ field, isRefused: true });
    }
  }

  // Tells whether a key did what it does; where one does not, the rest would do something else than was meant.
  function act(field, { text, key }) {
    if (changes) return false;
    if (text) {
      isTyped = put(text);
      return isTyped;
    }
    if (key === "Enter") {
      // Alone it is the second one of a scanner that sends two, or of a hasty hand.
      if (isTyped) field.form.requestSubmit(field.form.querySelector("button:not([type=button])"));
      isTyped = false;
      return true;
    }
    if (key !== "F9") return false;
    field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    return Boolean(changes);
  }

  function rest() {
    // Half of a scan would go to the page that nobody has seen yet, with its Enter.
    clearTimeout(resting);
    resting = setTimeout(leave, REST_MS);
  }

  function leave() {
    const { field, isRefused } = coming;
    gather();
    coming = null;
    hand(field);
    while (kept[0]?.key === "Enter") kept.shift();
    if (kept[0]?.text && !isRefused && field?.matches(TEXT) && !field.value) {
      put(kept.shift().text);
      field.select();
    }
    if (kept.length) tell(kept.map(({ text, key }) => text ?? SHOWN[key] ?? key));
    kept.length = 0;
  }

  const isKeeping = () => changes > 0 || coming !== null;

  document.addEventListener("keydown", (event) => {
    if (!isKeeping()) return;
    event.stopPropagation();
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.activeElement !== keeper) keeper.focus({ preventScroll: true });
    if (coming && !isComposing) rest();
    if (event.key === "Escape") {
      kept.length = 0;
      keeper.value = "";
    }
    if (!ACTING.includes(event.key)) return;
    event.preventDefault();
    if (event.repeat) return;
    gather();
    kept.push({ key: event.key });
  }, true);

  keeper.addEventListener("compositionstart", () => {
    isComposing = true;
  });
  keeper.addEventListener("compositionend", () => {
    isComposing = false;
    // The composed text stands in the field only behind this event.
    setTimeout(arrive);
  });

  return { keep, give, tell, isKeeping };
})();
