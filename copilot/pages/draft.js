// One suggestion: its sentences with their sources, what is missing, the buttons, the alternatives.

import { announce, button, el, fold, put } from "./dom.js";
import { icon } from "./icons.js";
import { nearest } from "./nearest.js";
import { chips, Sources } from "./sources.js";
import { isGap, standing } from "./standing.js";
import { hideToast, toast } from "./toast.js";
import { counted, DISMISS, lookup, ORIGINS } from "./words.js";

const MADE = {
  extractive: ["From your articles and replies, no model", "Built from your articles and your agents' replies, sentence by sentence. No model was asked."],
  llm: ["Language model", "Written by a language model from the sources below, then checked sentence by sentence."],
  fallback: ["Fallback without the model", "The model could not be used; this was built from your articles and past replies."],
};

const GREETING = /^\s*(?:hello|hi|dear|good (?:morning|afternoon|evening))\b[^.!?]{0,40},\s*$/i;

export class Draft {
  constructor(reply, player) {
    this.reply = reply;
    this.player = player;
    this.banner = el("div", { class: "banner-place" });
    this.text = el("div", { class: "draft-text", dir: "auto" });
    this.under = el("div", { class: "draft-under" });
    this.card = el("article", { class: "card draft writing", tabindex: "-1", "aria-label": "Draft" }, this.text, this.under);
    this.rest = el("div", { class: "draft-rest" });
    this.node = el("div", { class: "draft-whole" }, this.banner, this.card, this.rest);
    this.grown = 0;
  }

  /** A sentence that just came; its citations become links when all is checked. */
  grow(piece) {
    this.grown += 1;
    this.text.append(el("span", { class: "sentence fresh" }, piece.text));
  }

  /** The checked result takes the place of what was streamed. */
  finish(suggestion) {
    this.suggestion = suggestion;
    this.standing = standing(suggestion, this.player.turns);
    this.sources = new Sources(suggestion.citations, this.card);
    this.card.classList.remove("writing");
    this.#draw();
    const near = nearest(suggestion.nearest, (passage) => this.edit(passage));
    const cites = suggestion.citations.length || !near;
    put(this.rest, cites && this.sources.node, near, this.#alternatives(), this.#making());
  }

  stale(why) {
    if (!this.suggestion || this.node.dataset.stale) return;
    this.node.dataset.stale = "true";
    put(this.banner, el("p", { class: "banner" }, icon("again"), el("span", {}, why),
      button("Suggest again", () => this.reply.again(), { class: "inline" })));
  }

  get editing() { return this.text.querySelector(".edit-area") !== null; }

  #draw() {
    const { reply, generator } = this.suggestion;
    this.card.classList.toggle("abstained", reply.abstained);
    const sentences = reply.segments.map((segment) => this.#sentence(segment));
    const [name, about] = MADE[generator.kind] ?? [generator.kind, ""];
    const { kind } = this.standing;
    put(this.text, sentences.length ? sentences : el("p", { class: "no-reply" }, kind === "none"
      ? "Nothing is asked: a kind word is all that may be said." : "No reply is suggested for this: below stands what is missing."));
    put(this.under,
      kind !== "none" && missing(reply), notes(reply),
      el("p", { class: `made ${generator.kind}`, title: about },
        el("span", { class: "made-dot" }), generator.model ? `${name} · ${generator.model}` : name,
        generator.reason && el("span", { class: "made-why" }, `: ${generator.reason}`)),
      this.#buttons());
  }

  #sentence(segment) {
    const marks = chips(segment.citations, this.sources);
    const open = /^\s*(?:\d{1,2}[.)]|[-*•])\s/.test(segment.text);
    const node = el("span", { class: `sentence ${segment.supported ? "" : "unsupported"} ${open ? "step" : ""} ${GREETING.test(segment.text) ? "greeting" : ""}` }, segment.text.trim(), marks,
      !segment.supported && el("span", { class: "flag-unsupported" }, icon("warn"), "no source"), " ");
    node.addEventListener("pointerenter", () => this.sources.light(segment.citations, true));
    node.addEventListener("pointerleave", () => this.sources.light(segment.citations, false));
    return node;
  }

  #buttons() {
    const { abstained, segments } = this.suggestion.reply;
    const none = abstained && !segments.length;
    return el("div", { class: "actions", role: "group", "aria-label": "With this draft" },
      !none && button([icon("use"), "Use"], () => this.use(), { class: "primary", "aria-keyshortcuts": "u", title: "Put it into the conversation (u)" }),
      !none && button([icon("copy"), "Copy"], () => this.copy(), { "aria-keyshortcuts": "c", title: "Copy the text (c)" }),
      button([icon("edit"), none ? "Write" : "Edit"], () => this.edit(), { "aria-keyshortcuts": "e", title: "Change it first (e)" }),
      button([icon("again"), "Again"], () => this.reply.again(), { "aria-keyshortcuts": "r", title: "Suggest again (r)" }),
      button([icon("dismiss"), "Dismiss"], () => this.dismiss(), { class: "quiet", "aria-keyshortcuts": "x", title: "Dismiss with a reason (x)" }));
  }

  use() {
    const { id, reply } = this.suggestion;
    if (!reply.text.trim()) return announce("No reply is suggested here: there is nothing to use.");
    return this.#take(reply.text, () => this.reply.tell(id, "inserted"));
  }

  async copy(text = this.suggestion.reply.text) {
    if (!text.trim()) return announce("No reply is suggested here: there is nothing to copy.");
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied.");
    } catch {
      toast("The browser did not let us copy; select the text instead.");
    }
    return undefined;
  }

  edit(extra = "") {
    hideToast(); // it would lie over the buttons of the editor
    const open = this.text.querySelector(".edit-area");
    if (open) {
      open.value = [open.value, extra].filter(Boolean).join(" ");
      return open.focus();
    }
    const { id, reply } = this.suggestion;
    const start = [reply.text, extra].filter(Boolean).join(" ");
    const area = el("textarea", { class: "edit-area", rows: "7", dir: "auto", "aria-label": "Your version of the reply", value: start, maxlength: "20000" });
    const save = () => {
      const sent = area.value.trim();
      if (!sent) return area.focus();
      const event = sent === reply.text ? ["inserted"] : ["edited", { sent_text: sent }];
      return this.#take(sent, () => this.reply.tell(id, ...event));
    };
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { this.#draw(); this.card.focus(); event.stopPropagation(); }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    });
    put(this.text, area);
    put(this.under, el("div", { class: "actions" },
      button([icon("use"), "Use my version"], save, { class: "primary" }),
      button("Cancel", () => { this.#draw(); this.card.focus(); }, { class: "quiet" })));
    return area.focus();
  }

  dismiss() {
    const open = this.under.querySelector(".reasons");
    if (open) return open.remove();
    const reasons = Object.entries(DISMISS).map(([code, label]) => button(label, () => this.#dismissed(code, label)));
    const panel = el("div", { class: "reasons", role: "group", "aria-label": "Why is it dismissed?" }, el("p", {}, "Why? It makes the next one better."), reasons);
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { panel.remove(); this.under.querySelector(".actions button:last-child").focus(); event.stopPropagation(); }
    });
    this.under.append(panel);
    return reasons[0].focus();
  }

  async #dismissed(reason, label) {
    if (!(await this.reply.tell(this.suggestion.id, "dismissed", { reason }))) return;
    this.card.classList.add("dismissed");
    put(this.under, el("p", { class: "made" }, icon("dismiss"), `Dismissed: ${label.toLowerCase()}. Noted.`),
      el("div", { class: "actions" },
        button([icon("again"), "Suggest again"], () => this.reply.again()),
        button("Show it again", () => { this.card.classList.remove("dismissed"); this.#draw(); this.card.focus(); }, { class: "quiet" })));
    announce("Dismissed.");
    this.card.focus();
  }

  #take(text, tell) {
    this.taken = true;
    tell();
    this.#draw();
    this.player.use(text);
    toast("Your reply stands in the conversation.", { label: "Undo", act: () => this.player.back() });
    document.getElementById("next-turn")?.focus();
  }

  #alternatives() {
    const all = this.suggestion.alternatives;
    if (!all.length) return null;
    const cards = all.map((other, n) => el("li", { class: "alternative" },
      el("p", { class: "alternative-text", dir: "auto" }, other.text),
      el("div", { class: "alternative-foot" },
        el("p", { class: "hint" }, from(other.source)),
        el("div", { class: "actions", role: "group", "aria-label": `With this reply, ${n + 1} of ${all.length}` },
          button([icon("use"), "Use"], () => this.#take(other.text, () => this.reply.tell(this.suggestion.id, "inserted", { alternative: n })), { class: "quiet" }),
          button([icon("copy"), "Copy"], () => this.copy(other.text), { class: "quiet" })))));
    return el("section", { class: "alternatives", "aria-labelledby": "alternatives-title" },
      el("h3", { class: "sub", id: "alternatives-title" }, "How colleagues answered before"), el("ol", {}, cards));
  }

  #making() {
    const { generator, usage, timings_ms: timings } = this.suggestion;
    const choice = el("select", { id: "generator", onchange: (event) => { this.reply.generator = event.target.value; this.reply.again(); } },
      el("option", { value: "auto" }, "Automatic: a model where one is set up"),
      el("option", { value: "extractive" }, "Without a model"),
      el("option", { value: "llm" }, "With a model"));
    choice.value = this.reply.generator;
    const steps = Object.entries(timings ?? {}).map(([step, ms]) => [el("dt", {}, step), el("dd", {}, `${Math.round(ms * 10) / 10} ms`)]);
    const tokens = usage?.prompt_tokens ? [el("dt", {}, "tokens"), el("dd", {}, `${usage.prompt_tokens} in, ${usage.completion_tokens} out${usage.estimated ? " (estimated)" : ""}`)] : null;
    return fold("How it was made", [
      el("p", { class: "hint" }, MADE[generator.kind]?.[1]),
      el("label", { for: "generator" }, "Generator"), choice,
      el("dl", { class: "steps" }, steps, tokens),
    ], { class: "making" });
  }
}

function missing(reply) {
  if (reply.abstained) return listed("What is missing", reply.missing);
  return [
    listed("Before you send", reply.missing.filter((line) => !isGap(line))),
    listed("Not covered by any source", reply.missing.filter(isGap)),
  ];
}

function listed(title, lines) {
  if (!lines.length) return null;
  return el("div", { class: "missing" }, el("h3", {}, icon("loop"), title), el("ul", {}, lines.map((line) => el("li", {}, line))));
}

function notes(reply) {
  const unsupported = reply.segments.filter((segment) => !segment.supported).length;
  const lines = [...(reply.warnings ?? [])];
  if (unsupported) lines.unshift(`${counted(unsupported, "sentence")} without a source: check before you send.`);
  if (!lines.length) return null;
  return el("ul", { class: "checks", "aria-label": "Checks" }, lines.map((line) => el("li", {}, icon("warn"), el("span", {}, line))));
}

function from({ kind, source_id: id, turn }) {
  const what = lookup(ORIGINS, kind === "document" ? "article" : "conversation");
  return turn === null || turn === undefined ? `${what} ${id}` : `${what} ${id}, turn ${turn + 1}`;
}
