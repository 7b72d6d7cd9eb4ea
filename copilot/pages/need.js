// A genuine need, or in one quiet line why there is none; what is free; the one question to ask.

import { get, post } from "./api.js";
import { announce, button, el, fold, put } from "./dom.js";
import { icon } from "./icons.js";
import { readable } from "./plaintext.js";
import { toast } from "./toast.js";
import { capital, day, DISMISS, DISPOSITIONS, INFORMS, lookup, money, NOT_NEEDED, plain, SILENCE, tally } from "./words.js";

const VISIBLE = ["surface_now", "surface_after_resolution", "handoff_sales"];
const FREE = ["free_fix", "entitlement", "cheaper_option", "right"];

export function needPanel(assessment, context) {
  const shown = assessment.flags.find((flag) => VISIBLE.includes(flag.disposition));
  return el("section", { class: "needs", "aria-label": "Need" },
    shown ? card(shown, assessment, context) : silence(assessment),
    informs(assessment.inform, shown),
    assessment.question && question(assessment.question));
}

function card(flag, assessment, context) {
  const place = el("div", {});
  put(place, el("article", { class: "card need" },
    el("p", { class: "need-head" }, icon("need"), el("strong", {}, "A need, in their words"), el("span", { class: "hint" }, lookup(DISPOSITIONS, flag.disposition))),
    flag.evidence.map((e) => el("blockquote", {}, el("p", { class: "voice big", dir: "auto" }, e.quote),
      el("footer", { class: "hint" }, ["customer", e.at && day(e.at)].filter(Boolean).join(", ")))),
    el("p", { class: "need-what" }, flag.need),
    facts(flag),
    freeFirst(assessment.inform),
    bundle(flag, assessment.products),
    flag.trade_offs.length > 0 && el("p", { class: "hint" }, `To be said with it: ${flag.trade_offs.join("; ")}`),
    el("p", { class: "hint" }, `Found by ${flag.confidence.method === "rules" ? "rules, without a model" : plain(flag.confidence.method)}; ${flag.need_type} need.`),
    buttons(flag, place, context)));
  return place;
}

function facts(flag) {
  if (!flag.sufficiency.length) return flag.constraints.length ? el("ul", { class: "need-facts" }, flag.constraints.map((c) => el("li", {}, icon("check"), c))) : null;
  return el("ul", { class: "need-facts" }, flag.sufficiency.map((s) => el("li", {}, icon("check"),
    el("span", {}, `${s.constraint}: ${s.met_by}`, s.source && el("span", { class: "hint" }, ` (${s.source})`)))));
}

function freeFirst(inform) {
  const free = inform.filter((i) => ["free_fix", "entitlement"].includes(i.kind))[0];
  return el("p", { class: "free-first" }, icon("free"), free ? `Free first: ${brief(free.text)}` : "Free first: nothing free settles it.");
}

function bundle(flag, products) {
  if (!flag.recommended.length) return null;
  return el("p", { class: "bundle" }, el("span", {}, named(flag, products)),
    price(flag, products) && el("strong", {}, price(flag, products)), el("span", { class: "hint" }, "cheapest that is enough"));
}

/** The products of a need by name, each once, with how often. */
function named(flag, products = {}) {
  return tally(flag.recommended.map((sku) => products[sku]?.name ?? sku)).join(" + ");
}

/** What they cost, each period by itself: "£135 once and £1.50 a month" is never one figure. */
function price(flag, products = {}) {
  const all = flag.recommended.map((sku) => products[sku]);
  if (!all.length || !all.every((one) => one && typeof one.price === "number")) return flag.total_price === null ? "" : money(flag.total_price);
  const sums = new Map();
  for (const { price: one, currency, period } of all) {
    const key = `${period === "once" ? 0 : 1}${period}|${currency}`;
    sums.set(key, { currency, period, amount: (sums.get(key)?.amount ?? 0) + one });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, s]) => money(s.amount, s.currency, s.period)).join(" and ");
}

function buttons(flag, place, context) {
  const box = el("div", { class: "actions" });
  const draw = () => put(box,
    flag.agent_line && context.useLine && button([icon("plus"), "Add the line to the reply"], () => context.useLine(flag.agent_line), { title: flag.agent_line }),
    flag.disposition === "handoff_sales" && context.conversation && button([icon("handoff"), "Hand to sales"], () => handOff(flag, context)),
    button("Not needed", () => put(box, el("div", { class: "reasons", role: "group", "aria-label": "Why is it not needed?" },
      NOT_NEEDED.map((reason) => button(DISMISS[reason], () => decline(flag, reason, place, context))))), { class: "quiet" }));
  draw();
  return box;
}

async function decline(flag, reason, place, context) {
  put(place, el("p", { class: "quiet-line" }, icon("quiet"), `Not needed: ${DISMISS[reason].toLowerCase()}.`));
  announce("Not needed, noted.");
  try {
    const id = await stored(flag, context);
    if (id) await post(`/v1/needs/${encodeURIComponent(id)}/outcome`, { event: "declined", reason });
  } catch (problem) {
    toast(`It was not noted: ${problem.message}`);
  }
}

async function handOff(flag, context) {
  try {
    const need = await stored(flag, context);
    await post("/v1/handoffs", { customer_id: context.customer, to_role: "sales", consent_quote: flag.handoff.consent_quote, conversation: context.said(), ...(need && { need_id: need }) });
    toast("Offered to sales; it stands in the work queue.");
  } catch (problem) {
    toast(`It could not be handed over: ${problem.message}`);
  }
}

/** The stored need with the same evidence; conversations without an id are not stored. */
async function stored(flag, { customer, conversation }) {
  if (!customer || !conversation) return null;
  const { needs } = await get(`/v1/needs?customer_id=${encodeURIComponent(customer)}`);
  const same = (row) => row.conversation_id === conversation && row.body.evidence[0].quote === flag.evidence[0].quote;
  return needs.find(same)?.id ?? null;
}

function silence(assessment) {
  const held = assessment.flags.filter((flag) => !VISIBLE.includes(flag.disposition));
  const line = silenceLine(assessment, held);
  const more = [
    ...(assessment.none_reason_also ?? []).map((code) => `Also: ${reason(code, assessment)}.`),
    ...assessment.audit.rejected.map((r) => `${r.gate}: ${r.reason}${r.need ? ` (${r.need})` : ""}`),
    ...held.map((flag) => heldLine(flag, assessment.products)),
    ...assessment.audit.notes,
  ];
  if (!more.length) return el("p", { class: "quiet-line" }, icon("quiet"), line);
  return fold([icon("quiet"), el("span", {}, line, " ", el("span", { class: "why-word" }, "Why?"))], el("ul", { class: "why" }, more.map((text) => el("li", {}, text))), { class: "quiet-line" });
}

/** A need that is not shown, with what would meet it: the agent may be asked for just that. */
function heldLine(flag, products) {
  const when = flag.release_when ? `, ${flag.release_when}` : "";
  const sum = price(flag, products);
  const cost = sum && `, ${sum}`;
  const what = flag.recommended.length ? ` What would be enough: ${named(flag, products)}${cost}.` : "";
  return `${lookup(DISPOSITIONS, flag.disposition)}: ${flag.need.replace(/[.\s]+$/, "")}${when}.${what}`;
}

/** The one reason that tells most: an open issue is no complaint, a need held back is no silence. */
function silenceLine(assessment, held) {
  if (assessment.none_reason) return `Nothing to offer: ${reason(assessment.none_reason, assessment)}.`;
  if (!held.length) return "Nothing to offer: no need was voiced.";
  if (held[0].disposition === "log_blocked") return "Nothing to offer: there is a need, and nothing on sale meets it.";
  return `Nothing to offer yet: a need is held back${held[0].release_when ? `, ${held[0].release_when}` : ""}.`;
}

function reason(code, { contact_state: contact }) {
  if (code !== "open_complaint" || contact.complaint) return lookup(SILENCE, code);
  if (contact.issue_status === "fixed_unconfirmed") return SILENCE.unconfirmed_issue;
  return contact.issue_status === "open" ? SILENCE.open_issue : lookup(SILENCE, code);
}

function informs(list, shown) {
  const rows = list.filter((i) => FREE.includes(i.kind) || i.kind === "truth" || i.kind === "process");
  if (!rows.length) return null;
  const items = rows.map((i) => el("li", { class: `inform ${i.kind}` },
    fold([el("span", { class: "pill free" }, lookup(INFORMS, i.kind)), el("span", { class: "inform-text", dir: "auto" }, brief(i.text))],
      el("p", { class: "inform-whole", dir: "auto" }, readable(i.text), el("span", { class: "hint" }, ` (${i.source})`)))));
  return el("div", { class: "informs" }, el("h3", { class: "sub" }, shown ? "Worth telling them as well" : "Worth telling them, at no cost"), el("ul", {}, items));
}

function question({ text, why, ask_after: after }) {
  return el("div", { class: "question" }, el("h3", { class: "sub" }, "The one question worth asking"),
    el("p", { class: "voice big" }, text),
    el("p", { class: "hint" }, `${capital(why).replace(/[.\s]+$/, "")}.${after === "request_done" ? " Ask it after their request is done." : ""}`));
}

function brief(text, limit = 110) {
  const flat = readable(text).replace(/\s+/g, " ").replace(/^•\s+/, "");
  const first = flat.match(/^.{20,}?[.!?](?=\s|$)/)?.[0] ?? flat;
  return first.length <= limit ? first : `${first.slice(0, limit).replace(/\s\S*$/, "")}…`;
}
