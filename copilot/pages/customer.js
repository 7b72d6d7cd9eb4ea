// A page of its own: one customer's whole timeline, large; or all customers, to choose one.

import { get } from "./api.js";
import { el, put } from "./dom.js";
import { handover } from "./handover.js";
import { problemCard } from "./problem.js";
import { profile } from "./profile.js";
import { owedPanel } from "./story.js";
import { timeline } from "./timeline.js";
import { counted, initials, plain } from "./words.js";

export async function customerPage(root, id) {
  put(root, el("div", { class: "skeleton tall", "aria-hidden": "true" }));
  try {
    const told = await get(`/v1/customers/${encodeURIComponent(id)}/timeline`);
    document.title = `${told.customer.name ?? id} · Continuum`;
    put(root, whole(told, id));
  } catch (problem) {
    put(root, problemCard(problem, () => customerPage(root, id)));
  }
}

function whole(told, id) {
  const place = el("div", {});
  const order = el("select", { id: "order", onchange: () => draw() },
    el("option", { value: "new" }, "Newest first"), el("option", { value: "old" }, "Oldest first"));
  const draw = () => put(place, timeline(told, { large: true, oldestFirst: order.value === "old" }));
  draw();
  const contacts = told.events.filter((e) => e.kind === "contact").length;
  return el("div", { class: "customer-page" },
    el("aside", { class: "customer-side", "aria-label": "Customer" },
      el("a", { class: "inline", href: "#customer" }, "All customers"),
      profile(told.customer, id, { large: true }), owedPanel(told.promises, told.open_loops, new Date()),
      handover({ customer: id, said: () => null, spoken: () => spoken(told) })),
    el("section", { class: "customer-main", "aria-labelledby": "timeline-title" },
      el("div", { class: "sub-row" }, el("h2", { class: "page-title", id: "timeline-title" }, "Timeline ", el("span", { class: "hint" }, counted(contacts, "contact"))),
        el("span", { class: "order" }, el("label", { for: "order" }, "Order"), order)),
      place));
}

/** What they said in all contacts, the latest first. */
function spoken({ events }) {
  const turns = events.filter((event) => event.kind === "contact").flatMap((event) => event.turns);
  return turns.filter((turn) => turn.speaker === "customer" && turn.visibility === "public").map((turn) => turn.text).reverse();
}

export async function customersPage(root) {
  put(root, el("div", { class: "skeleton tall", "aria-hidden": "true" }));
  try {
    const { customers } = await get("/v1/customers?limit=500");
    const list = el("ul", { class: "people" }, customers.map(person));
    const find = el("input", { type: "search", id: "find", placeholder: "Name or id", oninput: () => {
      const words = find.value.trim().toLowerCase();
      for (const row of list.children) row.hidden = !row.textContent.toLowerCase().includes(words);
    } });
    put(root, el("div", { class: "sheet" }, el("h1", { class: "page-title" }, "Customers"),
      el("p", { class: "find" }, el("label", { for: "find" }, "Find"), find),
      customers.length ? list : el("p", { class: "empty" }, "No customer is on file. Ingest some with `copilot ingest`.")));
  } catch (problem) {
    put(root, problemCard(problem, () => customersPage(root)));
  }
}

function person({ id, name, segment }) {
  return el("li", {}, el("a", { href: `#customer=${encodeURIComponent(id)}` },
    el("span", { class: "avatar", "aria-hidden": "true" }, initials(name)),
    el("span", {}, el("span", { class: "person-name", dir: "auto" }, name ?? id), el("span", { class: "hint" }, [id, segment && plain(segment)].filter(Boolean).join(" · ")))));
}
