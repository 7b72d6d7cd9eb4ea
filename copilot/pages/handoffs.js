// Hand-offs in the work queue: each with its whole packet, taken, declined or returned with a result.

import { post } from "./api.js";
import { announce, button, el, fold, put } from "./dom.js";
import { icon } from "./icons.js";
import { packetView } from "./packet.js";
import { toast } from "./toast.js";
import { capital, counted, day, ROLES } from "./words.js";

export const WAITING = ["offered", "accepted"];

/** One hand-off as a card; `again` draws the queue anew. */
export function handoff(row, who, again) {
  return el("li", { class: "queue-item handoff" },
    heading(row, who, row.created_at),
    packetView(row.packet),
    moves(row, again));
}

/** What became of those that are through: the sender reads why. */
export function settled(rows, whoOf) {
  if (!rows.length) return null;
  return fold(`${counted(rows.length, "hand-off")} settled`, el("ul", { class: "told" }, rows.map((row) =>
    el("li", {}, heading(row, whoOf(row), row.updated_at), row.note && el("p", { dir: "auto" }, row.note)))), { class: "more" });
}

function heading(row, who, at) {
  return el("p", { class: "queue-who" }, who, el("span", { class: `dept ${row.to_role}` }, `to ${ROLES[row.to_role]}`),
    el("span", { class: "tag" }, row.state), el("span", { class: "hint" }, day(at)));
}

function moves(row, again) {
  const box = el("div", { class: "moves" });
  const move = async (body) => {
    for (const one of box.querySelectorAll("button")) one.disabled = true;
    try {
      await post(`/v1/handoffs/${encodeURIComponent(row.id)}`, body);
      announce(`The hand-off is ${body.state}.`);
      again();
    } catch (problem) {
      for (const one of box.querySelectorAll("button")) one.disabled = false;
      toast(problem.message);
    }
  };
  const draw = (focus) => {
    put(box, row.state === "offered"
      ? [button([icon("check"), "Accept"], () => move({ state: "accepted" }), { class: "primary" }), button("Decline", () => decline(), { class: "quiet" })]
      : [button([icon("back"), "Return with a result"], () => giveBack())]);
    if (focus) box.querySelector("button:last-child").focus();
  };
  const decline = () => ask("Why is it declined?", null, "Decline", (note) => move({ state: "declined", note }));
  const giveBack = () => ask("What came of it?", row.packet.return_as ?? [], "Return", (note) => move({ state: "returned", note }));
  const ask = (title, results, label, act) => {
    const choice = results?.length ? el("select", { "aria-label": "Result" }, results.map((one) => el("option", { value: one }, capital(one)))) : null;
    const note = el("input", { type: "text", "aria-label": choice ? "In a few words (may stay empty)" : title, placeholder: choice ? "In a few words" : "The reason", maxlength: "900", dir: "auto" });
    const form = el("form", { class: "ask", onsubmit: (event) => {
      event.preventDefault();
      const text = [choice?.value, note.value.trim()].filter(Boolean).join(": ");
      if (text) act(text);
      else note.focus();
    } }, el("p", { class: "hint" }, title), choice, note,
    el("button", { type: "submit", class: "primary" }, label), button("Cancel", () => draw(true), { class: "quiet" }));
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") { draw(true); event.stopPropagation(); } });
    put(box, form);
    (choice ?? note).focus();
  };
  draw(false);
  return box;
}
