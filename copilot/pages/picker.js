// Choosing one of the demo conversations, or writing one.

import { button, el, put } from "./dom.js";
import { icon } from "./icons.js";
import { readTurns } from "./player.js";
import { CHANNELS } from "./words.js";

/** A button that opens the list of conversations; `chose(id)` shows which one is on the desk. */
export function picker(conversations, choose, writeOwn) {
  const label = el("span", { class: "picker-text" });
  const toggle = button([label, icon("chevron")], () => open(list.hidden), {
    class: "picker-toggle", "aria-expanded": "false", "aria-controls": "picker-list",
  });
  const list = el("ul", { class: "picker-list", id: "picker-list", hidden: true });
  const node = el("div", { class: "picker" }, toggle, list);

  function open(yes) {
    list.hidden = !yes;
    toggle.setAttribute("aria-expanded", String(yes));
    if (yes) (list.querySelector("[aria-current]") ?? list.querySelector("button")).focus();
  }
  const take = (act) => () => { open(false); act(); toggle.focus(); }; // drawn anew, it has lost the focus
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { open(false); toggle.focus(); event.stopPropagation(); }
    if (["ArrowDown", "ArrowUp"].includes(event.key) && !list.hidden) stepFocus(list, event);
  });
  node.addEventListener("focusout", (event) => { if (event.relatedTarget && !node.contains(event.relatedTarget)) open(false); });
  document.addEventListener("pointerdown", (event) => { if (!node.contains(event.target)) open(false); });

  function chose(id) {
    const at = conversations.findIndex((c) => c.id === id);
    put(label,
      el("span", { class: "picker-count" }, at >= 0 ? `Demo ${at + 1} of ${conversations.length}` : "Your own"),
      el("span", { class: "picker-title" }, at >= 0 ? conversations[at].title : "A conversation of your own"));
    put(list,
      conversations.map((c) => el("li", {}, button(
        [icon(c.channel), el("span", { class: "picker-title" }, c.title)],
        take(() => choose(c)), { "aria-current": c.id === id ? "true" : null },
      ))),
      el("li", {}, button([icon("plus"), el("span", {}, "Write or paste your own")], take(writeOwn), { class: "picker-own" })));
  }
  return { node, chose, close: () => open(false), openList: () => open(true) };
}

function stepFocus(list, event) {
  const all = [...list.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  all[(at + all.length) % all.length].focus();
  event.preventDefault();
}

const OF_THE_DEMO = "Customer: My kitchen valve shows E23 and stays cold.\nService: Is it only the kitchen?\nCustomer: Yes, only that one.";
const EXAMPLE = "Customer: My last bill is higher than usual. Why?\nService: Let me look. Which month is it?\nCustomer: October.";

/** A form for turns of one's own, with the channel and the customer they come from. */
export function ownForm(customers, start, cancel, { isDemo }) {
  const text = el("textarea", {
    id: "own-text", rows: "8", dir: "auto", placeholder: isDemo ? OF_THE_DEMO : EXAMPLE, "aria-describedby": "own-help", maxlength: "100000",
  });
  const channel = el("select", { id: "own-channel" }, Object.entries(CHANNELS)
    .filter(([code]) => code !== "unknown").map(([code, name]) => el("option", { value: code }, name)));
  const customer = el("select", { id: "own-customer" }, el("option", { value: "" }, "Nobody in particular"),
    customers.map((c) => el("option", { value: c.id }, c.name ? `${c.name} (${c.id})` : c.id)));
  const fault = el("p", { class: "fault", role: "alert" });
  const submit = (event) => {
    event.preventDefault();
    const turns = readTurns(text.value);
    if (!turns.length) {
      fault.textContent = "Write at least one turn, for example: Customer: Why is my bill higher?";
      return text.focus();
    }
    return start({ title: "", about: "", channel: channel.value, customer_id: customer.value || null, id: null, turns });
  };
  return el("form", { class: "own", onsubmit: submit },
    el("label", { for: "own-text" }, "Your conversation"),
    el("p", { class: "hint", id: "own-help" }, "One turn a line; begin it with Customer:, Service: or Sales:."),
    text, fault,
    el("div", { class: "row fields" },
      el("span", {}, el("label", { for: "own-channel" }, "Channel"), channel),
      el("span", {}, el("label", { for: "own-customer" }, "Customer"), customer)),
    el("div", { class: "row" }, el("button", { class: "primary", type: "submit" }, "Start"), button("Cancel", cancel, { class: "quiet" })));
}
