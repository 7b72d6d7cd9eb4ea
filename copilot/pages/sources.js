// Numbered sources: the list under a draft, the chips in its sentences, the quote that peeks out.

import { el, link, put } from "./dom.js";
import { icon } from "./icons.js";
import { readable } from "./plaintext.js";
import { lookup, ORIGINS } from "./words.js";

/** The sources of one draft. `frame` is the card in which the peeking quote is placed. */
export class Sources {
  constructor(citations, frame) {
    this.byNumber = new Map(citations.map((c) => [c.n, c]));
    this.frame = frame;
    this.peek = el("div", { class: "peek", id: "peek", role: "tooltip", hidden: true });
    frame.querySelector(".peek")?.remove();
    frame.append(this.peek);
    this.cards = new Map(citations.map((c) => [c.n, card(c)]));
    this.node = el("section", { class: "sources", "aria-labelledby": "sources-title" },
      el("h3", { class: "sub", id: "sources-title" }, "Sources"),
      citations.length ? el("ol", { class: "source-list" }, [...this.cards.values()])
        : el("p", { class: "hint" }, "This draft cites nothing."));
  }

  light(numbers, on) {
    for (const n of numbers) this.cards.get(n)?.classList.toggle("lit", on);
  }

  open(n, chip) {
    const target = this.cards.get(n);
    if (!target) return;
    this.hide();
    for (const other of this.cards.values()) other.classList.toggle("chosen", other === target);
    target.onkeydown = (event) => { if (event.key === "Escape") { event.stopPropagation(); chip.focus(); } };
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
  }

  show(n, chip) {
    const source = this.byNumber.get(n);
    if (!source) return;
    put(this.peek, el("strong", {}, source.title || source.source_id), el("q", { class: "voice", dir: "auto" }, shown(source)));
    this.peek.hidden = false;
    const frame = this.frame.getBoundingClientRect();
    const at = chip.getBoundingClientRect();
    const left = Math.min(Math.max(at.left - frame.left - 24, 8), Math.max(8, frame.width - this.peek.offsetWidth - 8));
    this.peek.style.left = `${left}px`;
    this.peek.style.top = `${at.bottom - frame.top + 6}px`;
  }

  hide() { this.peek.hidden = true; }
}

/** The chips of a sentence, one for each source that it rests on. */
export function chips(numbers, sources) {
  return numbers.filter((n) => sources.byNumber.has(n)).map((n) => {
    const source = sources.byNumber.get(n);
    const chip = el("button", {
      type: "button", class: "cite", "aria-label": `Source ${n}: ${source.title || source.source_id}`, "aria-describedby": "peek",
      onclick: () => sources.open(n, chip),
      onfocus: () => { sources.show(n, chip); sources.light([n], true); },
      onblur: () => { sources.hide(); sources.light([n], false); },
      onpointerenter: () => { sources.show(n, chip); sources.light([n], true); },
      onpointerleave: () => { sources.hide(); sources.light([n], false); },
      onkeydown: (event) => { if (event.key === "Escape" && !sources.peek.hidden) { sources.hide(); event.stopPropagation(); } },
    }, String(n));
    return chip;
  });
}

/** What people wrote in a conversation stands as it is; an article is written in Markdown. */
function shown({ kind, quote }) {
  const plain = kind === "document" ? readable(quote) : quote;
  return plain.includes("\n") ? plain : plain.replace(/^• /, ""); // one line of a list is no list
}

function card(source) {
  const turn = source.turn === null || source.turn === undefined ? null : `turn ${source.turn + 1}`;
  const kind = lookup(ORIGINS, source.origin ?? (source.kind === "document" ? "article" : "conversation"));
  return el("li", { class: "source", tabindex: "-1", id: `source-${source.n}`, "aria-label": `Source ${source.n}` },
    el("span", { class: "source-n", "aria-hidden": "true" }, String(source.n)),
    el("div", { class: "source-body" },
      el("p", { class: "source-title" }, link(source.url, source.title || source.source_id)),
      el("blockquote", { class: "voice", dir: "auto" }, shown(source)),
      el("p", { class: "source-meta" }, icon(source.kind), [kind, source.source_id, turn].filter(Boolean).join(" · "),
        source.visibility === "internal" && el("span", { class: "tag warn" }, icon("lock"), "internal, not to be quoted"))));
}
