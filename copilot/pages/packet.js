// A hand-off packet, whole: what the receiver would else have to ask. What is empty is left out.

import { el, fold, marked } from "./dom.js";
import { icon } from "./icons.js";
import { CHANNELS, clock, counted, day, lookup, money, moment, PROMISE, ROLES, SILENCE, tally } from "./words.js";

export function packetView(packet) {
  return el("div", { class: "packet" },
    packet.note && el("section", { class: "packet-note" }, el("h4", {}, icon("edit"), "Note of the sender"), el("p", { dir: "auto" }, packet.note)),
    packet.lacking && el("p", { class: "packet-lacking", role: "note" }, icon("warn"), el("span", { dir: "auto" }, packet.lacking)),
    warnings(packet.do_not),
    packet.care?.length > 0 && el("p", { class: "hint" }, `Care: ${packet.care.map((code) => lookup(SILENCE, code)).join(", ")}.`),
    wanted(packet),
    facts(packet),
    owed(packet),
    told(packet.told_so_far),
    theirs(packet));
}

function warnings(lines = []) {
  return lines.length > 0 && el("ul", { class: "checks", "aria-label": "What must not be done" }, lines.map((line) => el("li", {}, icon("warn"), el("span", { dir: "auto" }, line))));
}

/** The need and their own words, the evidence marked in them. */
function wanted({ need, quotes = [], said = [], products = [], costs = [] }) {
  const evidence = quotes.map((q) => q.quote);
  const apart = evidence.filter((quote) => !said.some((one) => one.quote.includes(quote)));
  const words = [...apart, ...said.map((one) => one.quote)];
  return el("section", { class: "packet-want" },
    need && !repeats(need, evidence[0]) && el("p", { class: "need-what", dir: "auto" }, need),
    products.length > 0 && el("p", { class: "bundle" }, el("span", {}, products.map(named).join(" + ")), costs.length > 0 && el("strong", {}, costs.map(cost).join(" + ")), el("span", { class: "hint" }, "cheapest that is enough")),
    words.length > 0 && el("h4", {}, "In their own words"),
    words.map((text) => el("blockquote", { class: "voice", dir: "auto" }, marked(text, evidence))));
}

const flat = (text) => String(text ?? "").toLowerCase().replace(/[\s.!?“”"]+/g, " ").trim();

/** Whether a need is the beginning of the quote it stands beside: it is mostly their very words. */
export const repeats = (need, quote) => `${flat(quote)} `.startsWith(`${flat(need)} `);
const named = ({ name, sku, count }) => (count > 1 ? `${count} × ${name ?? sku}` : name ?? sku);
const cost = ({ amount, currency, period }) => money(amount, currency, period);

function facts(packet) {
  const rows = [
    ["Consent", packet.consent && consent(packet.consent)],
    ["When to reach them", quoted(packet.preferred_time)],
    ["Deadline", quoted(packet.deadline, (q) => q.on && day(q.on))],
    ["Budget", quoted(packet.budget)],
    ["Who decides", quoted(packet.decider)],
    ["Has to be", listed(packet.constraints)],
    ["They have tried", quoted(packet.tried)],
    ["Open cases", listed(packet.customer?.open_cases)],
    ["Not to be raised", listed([...new Set((packet.quiet_periods ?? []).map(quiet))])],
  ].filter(([, value]) => value);
  return rows.length > 0 && el("dl", { class: "packet-facts" }, rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

const said = (text) => el("span", { class: "voice", dir: "auto" }, text);

function consent({ quote, at, asked, conversation }) {
  return [said(quote), el("p", { class: "hint" }, [at && `${day(at)}, ${clock(at)}`, conversation !== "now" && `in ${conversation}`].filter(Boolean).join(", "), asked && [" to our ", said(asked)])];
}

function quoted(rows = [], after = () => "") {
  return rows.length ? el("ul", {}, rows.map((q) => el("li", {}, said(q.quote), after(q) && el("strong", {}, ` ${after(q)}`)))) : null;
}

function listed(lines = []) {
  return lines.length ? el("ul", {}, lines.map((line) => el("li", { dir: "auto" }, line))) : null;
}

function quiet({ until, skus, why }) {
  const what = skus.length ? skus.join(", ") : "any offer";
  return until ? `${what} until ${day(until)}` : `${what} ${why.replace(/^quiet /, "").replace(/ \(\w+\)$/, "")}`;
}

function owed({ open_promises: promises = [], open_loops: loops = [] }) {
  const rows = [
    ...promises.map((p) => line(p.quote, p.status, lookup(PROMISE, p.status), [p.by === "customer" ? "promised by them" : ROLES[p.by], p.due && `due ${day(p.due)}`, p.from])),
    ...loops.map((l) => line(l.quote, "loop", "unanswered", [l.times_asked > 1 ? `asked ${l.times_asked} times` : "asked once", l.from])),
  ];
  return rows.length > 0 && el("section", {}, el("h4", {}, "Promises and requests that are open"), el("ul", { class: "owed-list" }, rows));
}

function line(quote, status, pill, more) {
  return el("li", { class: `owed-item ${status}` },
    el("p", { class: "owed-head" }, el("span", { class: `pill ${status}` }, icon(status === "loop" ? "loop" : "promise"), pill), el("span", { class: "hint" }, more.filter(Boolean).join(" · "))),
    quote ? el("blockquote", { class: "voice", dir: "auto" }, quote) : el("p", { class: "hint" }, "The words stay in the timeline."));
}

/** The latest contact stands open, the earlier ones unfold. */
function told(contacts = []) {
  const heard = [...contacts].reverse().filter((one) => one.last_word_of_ours || one.told?.length || one.subject);
  if (!heard.length) return null;
  return el("section", {}, el("h4", {}, "What they were told last"),
    el("ul", { class: "told" }, contactLine(heard[0])),
    heard.length > 1 && fold(`${counted(heard.length - 1, "contact")} before`, el("ul", { class: "told" }, heard.slice(1).map(contactLine)), { class: "more" }));
}

function contactLine({ id, at, channel, subject, resolved, last_word_of_ours: word, told: words = [] }) {
  const state = { true: "solved", false: "not solved" }[String(resolved)];
  return el("li", {}, el("p", { class: "hint" }, [at && day(moment(at)), lookup(CHANNELS, channel), subject ?? id, state].filter(Boolean).join(" · ")),
    words.filter((text) => !word?.includes(text)).map((text) => el("blockquote", { class: "voice", dir: "auto" }, text)),
    word && el("blockquote", { class: "voice", dir: "auto" }, word));
}

function theirs({ customer = {}, to_thank: heard = [], kept_back: back, kept_why: reasons = [] }) {
  const rows = [
    customer.owns?.length && `They have: ${tally(customer.owns).join(", ")}.`,
    customer.facts?.length && `Known: ${customer.facts.join("; ")}.`,
    heard.length > 0 && `To thank: ${[...new Set(heard.map((one) => one.name))].join(", ")}.`,
    back > 0 && `${counted(back, "text")} kept back, in the timeline only${reasons.length ? `: ${reasons.map((one) => `${one.count} ${one.why}`).join("; ")}` : ""}.`,
  ].filter(Boolean);
  return rows.length > 0 && el("ul", { class: "packet-rest" }, rows.map((text) => el("li", { dir: "auto" }, text)));
}
