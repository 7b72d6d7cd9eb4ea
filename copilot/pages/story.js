// The right column: who the customer is, what we owe them, any genuine need, and their timeline.

import { get } from "./api.js";
import { el, fold, put } from "./dom.js";
import { handover } from "./handover.js";
import { icon } from "./icons.js";
import { needPanel } from "./need.js";
import { problemCard } from "./problem.js";
import { profile } from "./profile.js";
import { timeline } from "./timeline.js";
import { counted, day, daysBetween, dueIn, lookup, moment, PROMISE, promiseStatus, ROLES } from "./words.js";

const ORDER = ["conflict", "overdue", "open"];
const SHOWN = 3;

/** Follows the player's customer; `assessed(...)` brings what the last suggestion found out. */
export class Story {
  constructor(root, player) {
    this.player = player;
    this.who = el("div", {});
    this.owed = el("div", {});
    this.need = el("div", {});
    this.hand = el("div", {});
    this.past = el("div", { class: "past" });
    put(root,
      el("div", { class: "column-head" }, el("h2", { class: "eyebrow", id: "story-title" }, "The customer's story")),
      el("div", { class: "scroll" }, this.who, this.owed, this.need, this.hand, this.past));
    player.addEventListener("load", () => this.#load());
  }

  async #load() {
    const id = this.player.meta.customer_id;
    this.told = null;
    for (const part of [this.who, this.owed, this.need, this.hand, this.past]) put(part);
    if (!id) return put(this.who, el("p", { class: "empty" }, "No customer is named in this conversation, so there is no story to tell."));
    put(this.who, el("div", { class: "skeleton", "aria-hidden": "true" }));
    try {
      const told = await get(`/v1/customers/${encodeURIComponent(id)}/timeline`);
      if (id === this.player.meta.customer_id) this.#tell(told);
    } catch (problem) {
      put(this.who, problem.status === 404
        ? el("p", { class: "empty" }, `Nothing is known of customer ${id} yet.`) : problemCard(problem, () => this.#load()));
    }
    return undefined;
  }

  #tell(told) {
    this.told = told;
    const id = this.player.meta.customer_id;
    put(this.who, profile(told.customer, id));
    if (!this.assessment) put(this.owed, owedPanel(told.promises, told.open_loops, this.#now()));
    else this.#owedNow();
    put(this.hand, handover({ customer: id, said: () => this.player.wire(), spoken: () => this.#spoken() }));
    put(this.past,
      el("div", { class: "sub-row" }, el("h3", { class: "sub" }, "Timeline"),
        el("a", { class: "inline", href: `#customer=${encodeURIComponent(id)}` }, "See it large")),
      timeline(told, { now: this.#now(), current: this.player.meta }));
  }

  /** `null` while a new suggestion is made: what stands stays, a little paler. */
  assessed(assessment, { useLine } = {}) {
    this.need.classList.toggle("pale", !assessment);
    if (!assessment) return;
    this.assessment = assessment;
    this.#owedNow();
    this.hand.firstChild?.recheck();
    put(this.need, needPanel(assessment, { customer: this.player.meta.customer_id, conversation: this.player.meta.id, said: () => this.player.wire(), useLine }));
  }

  /** What the customer has said here, the latest first. */
  #spoken() {
    return this.player.turns.filter((turn) => turn.speaker === "customer").map((turn) => turn.text).reverse();
  }

  forget() { this.assessment = null; }

  #owedNow() {
    put(this.owed, owedPanel(this.assessment.promises, this.assessment.open_loops, this.#now()));
  }

  #now() {
    return moment(this.player.last?.at ?? this.player.script[0]?.at) ?? new Date();
  }
}

/** What we owe: promises by urgency, then requests that were passed over. */
export function owedPanel(promises, loops, now) {
  const ours = promises.filter((p) => p.promisor_role !== "customer").map((p) => ({ ...p, status: statusNow(p, now) }));
  const due = ORDER.flatMap((status) => ours.filter((p) => p.status === status && !isPutRight(p)));
  const open = loops.filter((loop) => loop.status === "open");
  const kept = keptLine(promises);
  const lines = [...due.map((p) => promiseLine(p, now)), ...open.map(loopLine)];
  if (!lines.length) {
    return el("p", { class: "quiet-line" }, icon("check"), kept ? `Nothing owed. ${kept}` : "Nothing owed: no promise is open, no request was passed over.");
  }
  return el("section", { class: "owed", "aria-labelledby": "owed-title" },
    el("h3", { class: "sub", id: "owed-title" }, "What we owe them", el("span", { class: "count" }, String(lines.length))),
    el("ul", { class: "owed-list" }, lines.slice(0, SHOWN)),
    lines.length > SHOWN && fold(`${lines.length - SHOWN} more`, el("ul", { class: "owed-list" }, lines.slice(SHOWN)), { class: "more" }),
    kept && el("p", { class: "hint" }, kept));
}

/** What is known to be kept, and apart from it what is taken as kept because nobody complained. */
function keptLine(promises) {
  const how = promises.map(promiseStatus);
  const many = (status) => how.filter((one) => one === status).length;
  const known = many("kept") > 0 && `${counted(many("kept"), "promise")} kept.`;
  const presumed = many("presumed") > 0 && `${counted(many("presumed"), "promise")} taken as kept: no word since.`;
  return [known, presumed].filter(Boolean).join(" ");
}

/** Time passes without a contact: what was open at the last one may be overdue by now. */
function statusNow({ status, due }, now) {
  return status === "open" && due && daysBetween(moment(due), now) > 0 ? "overdue" : status;
}

/** A word of ours that was late or false, and has been made good since. */
function isPutRight({ status, kept_evidence: shownBy }) {
  return ["conflict", "overdue"].includes(status) && Boolean(shownBy);
}

function promiseLine(promise, now) {
  const late = promise.due ? (promise.status === "open" ? dueIn(promise.due, now) : `due ${day(promise.due)}`) : "no date given";
  return el("li", { class: `owed-item ${promise.status}` },
    el("p", { class: "owed-head" }, el("span", { class: `pill ${promise.status}` }, icon("promise"), lookup(PROMISE, promise.status)),
      el("span", { class: "hint" }, late)),
    el("blockquote", { class: "voice", dir: "auto" }, promise.quote),
    el("p", { class: "hint" }, [by(promise), promise.conflict_with && `see ${promise.conflict_with}`].filter(Boolean).join(" · ")));
}

function by({ promisor_role: role, promisor }) {
  const name = promisor && !["company", role].includes(promisor) ? promisor : null;
  return [name, ROLES[role] ?? role].filter(Boolean).join(", ");
}

function loopLine(loop) {
  const asked = loop.times_asked > 1 ? `asked ${loop.times_asked} times` : "asked once";
  return el("li", { class: "owed-item loop" },
    el("p", { class: "owed-head" }, el("span", { class: "pill loop" }, icon("loop"), "unanswered"),
      el("span", { class: "hint" }, [asked, loop.first_asked_at && `first ${day(loop.first_asked_at)}`].filter(Boolean).join(", "))),
    el("blockquote", { class: "voice", dir: "auto" }, loop.quote));
}
