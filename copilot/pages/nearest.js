// Where to read on while a question is open: the nearest passages, to read or to take from.

import { button, el, link } from "./dom.js";
import { icon } from "./icons.js";
import { readable } from "./plaintext.js";

/** `take` puts a passage into the agent's own version; internal ones are only read. */
export function nearest(passages, take) {
  if (!passages?.length) return null;
  return el("section", { class: "nearest", "aria-labelledby": "nearest-title" },
    el("h3", { class: "sub", id: "nearest-title" }, "Read on: nearest to what is open"),
    el("ol", { class: "source-list" }, passages.map((passage, n) => card(passage, n + 1, passages.length, take))));
}

function card({ title, heading, quote, url, source_id: id, visibility }, n, count, take) {
  const text = readable(quote);
  const internal = visibility === "internal";
  return el("li", { class: "alternative" },
    el("p", { class: "source-title" }, link(url, title || id), heading && el("span", { class: "nearest-heading" }, ` › ${heading}`)),
    el("blockquote", { class: "voice", dir: "auto", tabindex: "0", "aria-label": "Passage" }, text),
    el("div", { class: "alternative-foot" },
      el("p", { class: "hint" }, `Article ${id}`, internal && el("span", { class: "tag warn" }, icon("lock"), "internal, not to be quoted")),
      !internal && el("div", { class: "actions", role: "group", "aria-label": `With this passage, ${n} of ${count}` },
        button([icon("edit"), "Write with it"], () => take(text), { class: "quiet" }))));
}
