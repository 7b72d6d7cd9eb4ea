// A short line at the foot of the page, with one thing to undo; it is also read out.

import { announce, button, el, put } from "./dom.js";

let timer = null;

export function toast(text, undo) {
  clearTimeout(timer);
  put(place(), el("div", { class: "toast" }, el("span", {}, text),
    undo && button(undo.label, () => { hideToast(); undo.act(); }, { class: "inline" })));
  announce(text);
  timer = setTimeout(hideToast, undo ? 8000 : 4000);
}

export function hideToast() {
  clearTimeout(timer);
  put(place());
}

const place = () => document.getElementById("toast");

// What has the focus is never covered (WCAG 2.4.11).
document.addEventListener("focusin", ({ target }) => {
  const line = place().firstElementChild?.getBoundingClientRect();
  if (!line || place().contains(target)) return;
  const at = target.getBoundingClientRect();
  if (at.bottom > line.top && at.top < line.bottom && at.right > line.left && at.left < line.right && at.height < line.height * 3) hideToast();
});
