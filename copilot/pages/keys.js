// Single-key shortcuts: only outside of fields, listed under "?", and they can be switched off.

import { button, el } from "./dom.js";

const SLOT = "continuum.shortcuts";
const LIST = [
  ["j or →", "Next turn"], ["k or ←", "Back"], ["p", "Play all, or pause"], ["r", "Suggest again"],
  ["u", "Use the reply"], ["e", "Edit the reply"], ["c", "Copy the reply"], ["x", "Dismiss with a reason"],
  ["s", "Go to the sources"], ["t", "Go to the story"], ["?", "This list"],
];

const keysOn = () => localStorage.getItem(SLOT) !== "off";

/** `acts` maps a key to what it does; a missing one does nothing. */
export function listen(acts, isDesk) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event.target)) return;
    if (!keysOn() || (event.key !== "?" && !isDesk())) return;
    const act = acts[{ ArrowRight: "j", ArrowLeft: "k" }[event.key] ?? event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function isBusy(target) {
  return target.closest?.("input, textarea, select, dialog, [contenteditable]") !== null;
}

/** The list of keys, in a dialog of its own. */
export function keysDialog() {
  const on = el("input", { type: "checkbox", id: "keys-on", onchange: () => localStorage.setItem(SLOT, on.checked ? "on" : "off") });
  on.checked = keysOn();
  const dialog = el("dialog", { class: "keys", "aria-labelledby": "keys-title" },
    el("h2", { id: "keys-title" }, "Keys"),
    el("dl", {}, LIST.map(([key, what]) => [el("dt", {}, key.split(" or ").map((one) => el("kbd", {}, one))), el("dd", {}, what)])),
    el("p", {}, on, " ", el("label", { for: "keys-on" }, "Single-key shortcuts")),
    button("Close", () => dialog.close(), { class: "primary" }));
  document.body.append(dialog);
  return dialog;
}
