// A short line at the foot of the page, with one thing to undo; it is also read out.

import { announce, button, el, put } from "./dom.js";

let timer = null;

export function toast(text, undo) {
  const place = document.getElementById("toast");
  const hide = () => put(place);
  clearTimeout(timer);
  put(place, el("div", { class: "toast" }, el("span", {}, text),
    undo && button(undo.label, () => { hide(); undo.act(); }, { class: "inline" })));
  announce(text);
  timer = setTimeout(hide, undo ? 8000 : 4000);
}
