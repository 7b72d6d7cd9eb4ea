// The work queue: what is owed, what was passed over, what waits, what goes to the other department.

import { get } from "./api.js";
import { button, el, put } from "./dom.js";
import { handoff, settled, WAITING } from "./handoffs.js";
import { icon } from "./icons.js";
import { repeats } from "./packet.js";
import { problemCard } from "./problem.js";
import { day, daysBetween, DISPOSITIONS, lookup, moment, ROLES, span } from "./words.js";

const FIRST = 3; // of a part, before "Show all": the first of every part is seen without a long way
const FIRST_HANDOFFS = 2; // each is a whole packet

/** `at`: the part that is brought into view, after something was done in it. */
export async function queuePage(root, at = null) {
  if (!at) put(root, el("div", { class: "skeleton tall", "aria-hidden": "true" }));
  try {
    const [p, l, n, h, c] = await Promise.all([
      get("/v1/promises?status=open&status=overdue&status=conflict&limit=500"), get("/v1/loops?status=open&limit=500"),
      get("/v1/needs?state=surfaced&state=held&once=true&limit=500"), get("/v1/handoffs"), get("/v1/customers?limit=1000"),
    ]);
    const names = new Map(c.customers.map((one) => [one.id, one.name]));
    put(root, sheet({ promises: p.promises, loops: l.loops, needs: n.needs, handoffs: h.handoffs }, names, (part) => queuePage(root, part)));
    if (at) reach(at);
  } catch (problem) {
    put(root, problemCard(problem, () => queuePage(root)));
  }
}

function sheet({ promises, loops, needs, handoffs }, names, again) {
  const ours = promises.filter((row) => row.body.promisor_role !== "customer");
  const late = ours.filter((row) => row.is_overdue && row.status !== "conflict").sort((a, b) => String(b.due ?? "").localeCompare(String(a.due ?? "")));
  const parts = [
    ["overdue", "Overdue promises", late, (row) => promise(row, names)],
    ["conflict", "Promises against a fact", ours.filter((row) => row.status === "conflict"), (row) => promise(row, names)],
    ["loop", "Requests passed over", loops.sort((a, b) => b.body.times_asked - a.body.times_asked), (row) => loop(row, names)],
    ["handoff", "Hand-offs", handoffs.filter((row) => WAITING.includes(row.state)), (row) => handoff(row, customerLink(row.customer_id, names), () => again("handoff")), handoffs.filter((row) => !WAITING.includes(row.state))],
    ["need", "Needs", needs, (row) => need(row, names)],
    ["open", "Promises to keep", ours.filter((row) => row.status === "open" && !row.is_overdue), (row) => promise(row, names)],
  ];
  const side = el("select", { id: "department", onchange: () => filter() },
    el("option", { value: "" }, "Both departments"), el("option", { value: "sales" }, "Sales"), el("option", { value: "service" }, "Service"));
  const body = el("div", { class: "queue-parts" });
  const tiles = el("ul", { class: "tiles", "aria-label": "How many" });
  const isShown = (row) => !side.value || department(row) === side.value;
  const filter = () => {
    const shown = parts.map(([code, title, rows, make, done = []]) => [code, title, rows.filter(isShown), make, done.filter(isShown)]);
    put(tiles, shown.map(([code, title, rows]) => el("li", { class: `tile ${code} ${rows.length ? "" : "none"}` },
      el("a", { href: "#queue", onclick: (event) => { event.preventDefault(); reach(code); } }, el("strong", {}, String(rows.length)), el("span", {}, title)))));
    put(body, shown.map(([code, title, rows, make, done]) => section(code, title, rows, make, settled(done, (row) => customerLink(row.customer_id, names)))));
  };
  filter();
  return el("div", { class: "sheet" },
    el("div", { class: "sub-row" }, el("h1", { class: "page-title" }, "Work queue"),
      el("span", { class: "order" }, el("label", { for: "department" }, "For"), side)),
    tiles, body);
}

function reach(code) {
  const target = document.getElementById(`queue-${code}`);
  target.scrollIntoView({ block: "start" });
  target.focus({ preventScroll: true });
}

const department = (row) => row.to_role ?? row.body?.promisor_role ?? row.body?.asked_of ?? "";

function section(code, title, rows, make, after) {
  const list = el("ul", { class: "queue-list", id: `list-${code}` });
  const first = code === "handoff" ? FIRST_HANDOFFS : FIRST;
  const more = button("", () => draw(list.children.length < rows.length), { class: "inline", "aria-controls": list.id });
  const draw = (all) => {
    const shown = list.children.length;
    if (all) list.append(...rows.slice(shown).map(make));
    else put(list, rows.slice(0, first).map(make));
    more.textContent = all ? `Show the first ${first}` : `Show all ${rows.length}`;
    more.setAttribute("aria-expanded", String(Boolean(all)));
    more.hidden = rows.length <= first;
  };
  draw(false);
  return el("section", { class: `queue-part ${code}`, "aria-labelledby": `queue-${code}` },
    el("h2", { class: "sub", id: `queue-${code}`, tabindex: "-1" }, title, el("span", { class: "count" }, String(rows.length))),
    rows.length ? [list, more] : el("p", { class: "quiet-line" }, icon("check"), "Nothing here."), after);
}

function promise(row, names) {
  const late = row.is_overdue && row.due ? `${span(Math.max(1, daysBetween(moment(row.due), new Date())))} late` : "";
  const when = row.due ? [`due ${day(row.due)}`, late].filter(Boolean).join(", ") : "no date given";
  return item(row, names, row.body.promisor_role, row.body.quote, [when, row.body.conflict_with && `see ${row.body.conflict_with}`]);
}

function loop(row, names) {
  const asked = row.body.times_asked > 1 ? `asked ${row.body.times_asked} times` : "asked once";
  return item(row, names, row.body.asked_of, row.body.quote, [asked, row.body.first_asked_at && `first ${day(row.body.first_asked_at)}`]);
}

function need(row, names) {
  const [{ quote }] = row.body.evidence;
  return item(row, names, "", quote, [!repeats(row.body.need, quote) && row.body.need, row.body.release_when && lookup({}, row.body.release_when)], lookup(DISPOSITIONS, row.disposition));
}

function item(row, names, role, quote, facts, badge) {
  return el("li", { class: "queue-item" },
    el("p", { class: "queue-who" }, customerLink(row.customer_id, names), role in ROLES && el("span", { class: `dept ${role}` }, ROLES[role]), badge && el("span", { class: "tag" }, badge)),
    el("blockquote", { class: "voice", dir: "auto" }, quote),
    el("p", { class: "hint" }, facts.filter(Boolean).join(" · ")));
}

function customerLink(id, names) {
  return id ? el("a", { href: `#customer=${encodeURIComponent(id)}`, dir: "auto" }, names.get(id) ?? id) : el("span", {}, "Unknown customer");
}
