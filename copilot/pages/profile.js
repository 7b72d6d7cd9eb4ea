// Who a customer is, in a few lines: name, what they own and how full it is, what must be minded.

import { el, fold } from "./dom.js";
import { icon } from "./icons.js";
import { day, initials, plain } from "./words.js";

export function profile(customer, id, { large = false } = {}) {
  if (!customer.known) return el("p", { class: "empty" }, `There are contacts of ${id}, but no customer record.`);
  const since = customer.entitlements.map((e) => e.since).filter(Boolean).sort()[0];
  const line = [customer.segment && plain(customer.segment), customer.ids.join(" + "), since && `since ${day(since)}`];
  return el("section", { class: "profile", "aria-label": "Customer" },
    el("div", { class: "profile-head" },
      el("span", { class: "avatar", "aria-hidden": "true" }, initials(customer.name)),
      el("div", {}, el(large ? "h1" : "h3", { class: "profile-name", dir: "auto" }, customer.name ?? id), el("p", { class: "hint" }, line.filter(Boolean).join(" · ")))),
    minds(customer),
    owns(grouped(customer.entitlements)),
    customer.facts.length > 0 && fold("What we know", el("ul", { class: "facts" }, customer.facts.map((fact) => el("li", { dir: "auto" }, fact))), { class: "more", open: large }),
    customer.conflicts?.length > 0 && el("ul", { class: "checks" }, customer.conflicts.map(conflict)));
}

function minds(customer) {
  const chips = [
    ...customer.care.map((code) => el("li", { class: "chip care" }, icon("need"), `Care: ${plain(code)}`)),
    customer.do_not_sell && el("li", { class: "chip stop" }, icon("dismiss"), "Do not sell"),
    customer.consent.marketing === false && !customer.do_not_sell && el("li", { class: "chip" }, "No marketing"),
    ...customer.open_cases.map((text) => el("li", { class: "chip case" }, icon("half"), text)),
  ].filter(Boolean);
  return chips.length > 0 && el("ul", { class: "chips", "aria-label": "To be minded" }, chips);
}

function grouped(entitlements) {
  const byName = new Map();
  for (const e of entitlements) {
    const same = byName.get(e.name);
    if (same) same.count += 1;
    else byName.set(e.name, { ...e, count: 1 });
  }
  return [...byName.values()];
}

/** What is metered gets a card; the rest is one line. */
function owns(all) {
  const metered = all.filter((e) => measures(e).length);
  const rest = all.filter((e) => !measures(e).length).map((e) => (e.count > 1 ? `${e.name} × ${e.count}` : e.name));
  return [
    metered.length > 0 && el("ul", { class: "owns", "aria-label": "What they own" }, metered.map(owned)),
    rest.length > 0 && el("p", { class: "owns-rest" }, icon("own"), el("span", {}, rest.join(" · "))),
  ];
}

const measures = (e) => Object.keys(e.limits).filter((name) => name in e.used && e.limits[name] > 0);

function owned(entitlement) {
  return el("li", { class: "owned" },
    el("span", { class: "owned-name" }, entitlement.name, entitlement.count > 1 && el("span", { class: "hint" }, ` × ${entitlement.count}`)),
    measures(entitlement).map((name) => meter(name, entitlement.used[name], entitlement.limits[name])));
}

function meter(name, used, limit) {
  const share = Math.min(1, used / limit);
  const bar = el("span", { class: `bar ${share >= 1 ? "full" : ""}`, "aria-hidden": "true" }, el("span", {}));
  bar.firstChild.style.inlineSize = `${Math.round(share * 100)}%`;
  return el("span", { class: "meter" }, bar, el("span", { class: "hint" }, `${used} of ${limit} ${plain(name)}`));
}

function conflict({ field, values, in_force: inForce }) {
  return el("li", {}, icon("warn"), `Records differ on ${plain(field)}: ${Object.values(values).join(" / ")}. In force: ${inForce}.`);
}
