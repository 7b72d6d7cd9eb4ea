// Handing a case to the other department from a conversation or a story, with a note.

import { post } from "./api.js";
import { announce, button, el, put } from "./dom.js";
import { icon } from "./icons.js";
import { capital, ROLES } from "./words.js";

const LONGEST = 240; // of a quote that the API takes
const MOST = 40;
let made = 0; // the desk and a customer's page each have a form

/**
 * `said()` is the conversation in progress or null; `spoken()` the customer's turns, latest first.
 * What comes back has `recheck()`: whether the case may go to sales changes with what is said.
 */
export function handover({ customer, said, spoken }) {
  const id = `handover-${(made += 1)}`;
  const box = el("section", { class: "handover", "aria-label": "Hand over" });
  let closed = "Looking whether anything stands in the way of sales…"; // why not to sales; "" where it may go
  let asked = 0;
  const draw = (focus) => {
    const ways = ["service", "sales"].map((to) => button([icon("handoff"), `Hand to ${to}`], () => open(to)));
    ways[1].disabled = Boolean(closed);
    if (closed) ways[1].setAttribute("aria-describedby", `${id}-why`);
    put(box, el("div", { class: "actions" }, ways), closed && el("p", { class: "hint", id: `${id}-why` }, closed));
    if (focus) ways[focus === "sales" && !closed ? 1 : 0].focus();
  };
  const recheck = async () => {
    const mine = (asked += 1);
    const conversation = said();
    let why = "";
    try {
      const { allowed, detail } = await post("/v1/handoffs/check", { customer_id: customer, ...(conversation?.turns.length && { conversation }) });
      if (!allowed) why = detail;
    } catch {
      why = ""; // the hand-off itself says what is wrong
    }
    if (mine !== asked || why === closed) return;
    closed = why;
    if (!box.querySelector("form, .quiet-line")) draw();
  };
  const open = (to) => put(box, form(to)) && box.querySelector("select, textarea").focus();
  const form = (to) => {
    const note = el("textarea", { rows: "3", id: `${id}-note`, maxlength: "1000", dir: "auto" });
    const words = to === "sales" ? el("select", { id: `${id}-words` }, el("option", { value: "" }, "Choose their words…"), sentences(spoken()).map((text) => el("option", { value: text }, text))) : null;
    const fault = el("p", { class: "fault", role: "alert" });
    const send = el("button", { type: "submit", class: "primary" }, `Hand to ${to}`);
    const node = el("form", { class: "card own", onsubmit: async (event) => {
      event.preventDefault();
      if (words && !words.value) { fault.textContent = "To sales only with the customer's consent: choose the words in which they agreed."; return words.focus(); }
      send.disabled = true;
      return offer(to, { note: note.value.trim(), consent_quote: words?.value }, fault, send);
    } },
    el("h3", { class: "sub" }, icon("handoff"), `To ${ROLES[to]}`),
    words && [el("label", { for: `${id}-words` }, "Their words of consent to be contacted"), words],
    el("label", { for: `${id}-note` }, "Note (the packet brings the rest)"), note, fault,
    el("div", { class: "row" }, send, button("Cancel", () => draw(to), { class: "quiet" })));
    node.addEventListener("keydown", (event) => { if (event.key === "Escape") { draw(to); event.stopPropagation(); } });
    return node;
  };
  const offer = async (to, { note, consent_quote: words }, fault, send) => {
    const conversation = said();
    try {
      await post("/v1/handoffs", { customer_id: customer, to_role: to, ...(note && { note }), ...(words && { consent_quote: words }), ...(conversation?.turns.length && { conversation }) });
    } catch (problem) {
      fault.textContent = problem.message;
      send.disabled = false;
      return;
    }
    const line = el("p", { class: "quiet-line", tabindex: "-1" }, icon("check"), el("span", {}, `Offered to ${to}: it stands in the `, el("a", { href: "#queue" }, "work queue"), "."));
    draw();
    box.append(line);
    line.focus();
    announce(`${capital(to)} has the hand-off.`);
  };
  draw();
  recheck();
  return Object.assign(box, { recheck });
}

/** Whole turns where they are short, else their sentences, each once. */
function sentences(turns) {
  const cut = turns.flatMap((text) => (text.length <= LONGEST ? [text] : text.split(/(?<=[.!?])\s+/)));
  return [...new Set(cut.map((text) => text.trim()).filter((text) => text && text.length <= LONGEST))].slice(0, MOST);
}
