// What went wrong, in words, and what can be done.

import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { PROBLEMS } from "./words.js";

/** A problem of the API as a card. */
export function problemCard(problem, again) {
  return el("div", { class: "card problem", role: "alert" },
    el("h3", {}, icon("warn"), PROBLEMS[problem.status] ?? "Something went wrong"),
    el("p", {}, problem.message),
    problem.requestId && el("p", { class: "hint" }, `Request ${problem.requestId}`),
    again && button([icon("again"), "Try again"], again));
}
