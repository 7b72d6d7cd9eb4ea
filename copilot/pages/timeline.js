// A customer's timeline as a picture: one thread through all contacts, weaving between departments.

import { el, marked } from "./dom.js";
import { icon } from "./icons.js";
import { speakerName } from "./chat.js";
import { drawThread } from "./thread.js";
import { CHANNELS, clock, counted, day, daysBetween, lookup, moment, month, PROMISE, promiseStatus, ROLES, span, tally } from "./words.js";

const QUIET_DAYS = 45;

/** `told` is the API's timeline; `current` the conversation on the desk, shown as now. */
export function timeline(told, { now = new Date(), current = null, large = false, oldestFirst = false } = {}) {
  const rows = rowsOf(told, now, current);
  if (rows.length === 1 && !current) return el("p", { class: "empty" }, "No contact is on file yet.");
  if (!oldestFirst) rows.reverse();
  const list = el("ol", { class: "tl-rows", "aria-label": oldestFirst ? "Oldest first" : "Newest first" });
  let before = null;
  for (const row of rows) {
    const gap = before && row.at && before.at ? Math.abs(daysBetween(before.at, row.at)) : 0;
    if (gap > QUIET_DAYS) list.append(el("li", { class: "tl-gap" }, el("span", {}, `${span(gap)} of quiet`)));
    list.append(draw(row, before));
    before = row.kind === "now" ? { at: row.at } : row;
  }
  const root = el("div", { class: `tl ${large ? "large" : ""}` }, legend(), list);
  const promises = told.promises.filter((p) => p.promisor_role !== "customer");
  drawThread(root, list, promises, { now, oldestFirst });
  return root;
}

/** All that is shown, oldest first. */
function rowsOf(told, now, current) {
  const contacts = told.events.filter((e) => e.kind === "contact" && e.id !== current?.id);
  const made = new Map();
  for (const p of told.promises) add(made, p.conversation_id, { ...p, sort: "promise" });
  for (const l of told.open_loops) add(made, l.conversation_id, { ...l, sort: "loop" });
  const rows = contacts.map((event) => ({ kind: "contact", at: moment(event.at), event, commitments: made.get(event.id) ?? [] }));
  rows.push(...owned(told.events));
  rows.push(...told.events.filter((e) => e.kind === "offer").map((event) => ({ kind: "offer", at: moment(event.at), event })));
  rows.push(...dues(told.promises, now, new Set(contacts.map((e) => e.id))));
  rows.sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || rank(a) - rank(b));
  rows.push({ kind: "now", at: now, current });
  return rows;
}

const rank = (row) => ["owned", "offer", "contact", "due", "now"].indexOf(row.kind);

function add(map, key, value) {
  map.set(key, [...(map.get(key) ?? []), value]);
}

/** What was bought on one day stands in one row. */
function owned(events) {
  const byDay = new Map();
  for (const e of events.filter((event) => event.kind === "entitlement" && event.at)) add(byDay, e.at.slice(0, 10), e);
  return [...byDay].map(([at, all]) => ({ kind: "owned", at: moment(at), titles: tally(all.map((e) => e.title)) }));
}

function dues(promises, now, known) {
  return promises
    .filter((p) => p.due && ["open", "overdue", "conflict"].includes(p.status) && p.promisor_role !== "customer" && known.has(p.conversation_id))
    .map((promise) => ({ kind: "due", at: moment(promise.due), promise, missed: promise.status !== "open" || moment(promise.due) < now }));
}

function draw(row, before) {
  const newMonth = row.at && month(row.at) !== (before?.at ? month(before.at) : "");
  const mark = newMonth && row.kind !== "now" ? el("span", { class: "tl-month" }, month(row.at)) : null;
  return { contact, owned: ownedRow, offer, due, now: nowRow }[row.kind](row, mark);
}

function lane(roles) {
  if (roles.length === 1) return roles[0];
  return roles.length > 1 ? "both" : "none";
}

function contact({ event, at, commitments }, mark) {
  const side = lane(event.roles);
  const body = el("div", { class: "tl-turns", hidden: true });
  const toggle = el("button", { type: "button", class: "tl-open", "aria-expanded": "false", onclick: () => {
    if (!body.firstChild) body.append(turns(event, commitments));
    body.hidden = !body.hidden;
    toggle.setAttribute("aria-expanded", String(!body.hidden));
  } },
  el("span", { class: "tl-meta" }, icon(event.channel), el("span", {}, lookup(CHANNELS, event.channel)), ...event.roles.map((r) => el("span", { class: `dept ${r}` }, ROLES[r])),
    at && el("time", { datetime: event.at }, day(at))),
  el("span", { class: "tl-title", dir: "auto" }, event.title || "Untitled"),
  el("span", { class: "tl-marks" }, outcome(event), stars(event.rating), badges(commitments)));
  return el("li", { class: `tl-row contact ${side}`, dataset: { dot: side, id: event.id, at: event.at ?? "" } }, mark, dot(side, event), el("div", { class: "tl-card" }, toggle, body));
}

function dot(side, event) {
  const state = event?.reopened ? "reopened" : event?.resolved === false ? "unsolved" : "";
  return el("span", { class: `tl-dot ${side} ${state}`, "aria-hidden": "true" });
}

function outcome({ resolved, reopened }) {
  if (reopened) return el("span", { class: "outcome bad" }, icon("reopen"), "reopened");
  if (resolved === true) return el("span", { class: "outcome good" }, icon("check"), "solved");
  if (resolved === false) return el("span", { class: "outcome warn" }, icon("half"), "not solved");
  return null;
}

function stars(rating) {
  if (rating === null || rating === undefined) return null;
  return el("span", { class: "stars", role: "img", "aria-label": `rated ${rating} of 5` }, `${rating}`, icon("star"));
}

/** One badge for each kind of commitment, however many there are of it. */
function badges(commitments) {
  const counts = new Map();
  for (const one of commitments) {
    const [sort, status] = [one.sort, one.sort === "promise" ? promiseStatus(one) : one.status];
    if (status !== "withdrawn") counts.set(`${sort} ${status}`, (counts.get(`${sort} ${status}`) ?? 0) + 1);
  }
  return [...counts].map(([key, n]) => {
    const [sort, status] = key.split(" ");
    const many = n > 1 ? `${n} × ` : "";
    if (sort === "promise") return el("span", { class: `badge ${status}` }, icon("promise"), `${many}promise ${lookup(PROMISE, status)}`);
    return el("span", { class: `badge ${status === "open" ? "loop" : "kept"}` }, icon("loop"), `${many}request ${status === "open" ? "open" : "answered"}`);
  });
}

function turns(event, commitments) {
  const quotes = commitments.map((c) => c.quote);
  return el("ol", { class: "tl-said", "aria-label": counted(event.turns.length, "turn") }, event.turns.map((turn) =>
    el("li", { class: `mini ${turn.speaker} ${turn.role ?? ""}` },
      el("span", { class: "who" }, el("span", { class: "name" }, speakerName(turn)), turn.visibility === "internal" && el("span", { class: "tag warn" }, icon("lock"), "internal note"), turn.at && el("time", {}, clock(turn.at))),
      el("p", { dir: "auto" }, marked(turn.text, quotes)))));
}

function ownedRow({ titles, at }, mark) {
  return el("li", { class: "tl-row small owned-row", dataset: { at: at.toISOString() } }, mark, el("div", { class: "tl-card" }, el("span", { class: "tl-meta" }, icon("own"), "Got", el("time", {}, day(at))), el("span", { class: "tl-title" }, titles.join(", "))));
}

function offer({ event, at }, mark) {
  return el("li", { class: "tl-row small offer-row", dataset: { at: at?.toISOString() ?? "" } }, mark, el("div", { class: "tl-card" }, el("span", { class: "tl-meta" }, icon("offer"), "Offered", at && el("time", {}, day(at))), el("span", { class: "tl-title" }, event.title)));
}

function due({ promise, at, missed }, mark) {
  return el("li", { class: `tl-row small due-row by-${promise.promisor_role === "sales" ? "sales" : "service"} ${missed ? "missed" : "coming"}`, dataset: { at: at.toISOString(), due: promise.promise_id } }, mark,
    el("div", { class: "tl-card" }, el("span", { class: "tl-meta" }, icon("promise"), missed ? "Was due" : "Is due", el("time", {}, day(at))), el("span", { class: "tl-title", dir: "auto" }, promise.what)));
}

function nowRow({ current, at }) {
  return el("li", { class: "tl-row now", dataset: { dot: "now", at: at.toISOString(), id: current?.id ?? "" } }, el("span", { class: "tl-dot now", "aria-hidden": "true" }),
    el("div", { class: "tl-card" }, el("span", { class: "tl-meta" }, current && icon(current.channel), el("strong", {}, current ? "Now" : "Today"), el("time", {}, day(at))), current?.title && el("span", { class: "tl-title" }, current.title)));
}

function legend() {
  return el("ul", { class: "tl-legend", "aria-label": "Colours" },
    el("li", { class: "sales" }, "Sales"), el("li", { class: "service" }, "Service"),
    el("li", { class: "span-bad" }, "promise broken"), el("li", { class: "span-open" }, "promise open"), el("li", { class: "span-good" }, "kept"));
}
