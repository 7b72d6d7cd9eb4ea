// Outside of the demo: asks for an API key, says where it is kept, and lets it be forgotten.

import { forgetKey, useKey } from "./api.js";
import { button, el, put } from "./dom.js";
import { icon } from "./icons.js";

/** A form for the key; `entered()` is called when the server has accepted one. */
export function keyForm(entered) {
  const field = el("input", { type: "password", id: "key", autocomplete: "off", spellcheck: "false", required: true, "aria-describedby": "key-help" });
  const fault = el("p", { class: "fault", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    fault.textContent = "";
    try {
      await useKey(field.value.trim());
      entered();
    } catch (problem) {
      fault.textContent = problem.message;
      field.focus();
    }
  };
  return el("form", { class: "card door", onsubmit: submit },
    el("h1", { class: "page-title" }, icon("key"), "An API key, please"),
    el("p", {}, "This server does not run the demo, so it gives out no key by itself. An admin makes one with ", el("code", {}, "copilot keys create --role agent"), "."),
    el("label", { for: "key" }, "API key"), field, fault,
    el("p", { class: "hint", id: "key-help" }, "It stays in this tab only and is gone when the tab is closed. It is sent to this server and to nobody else."),
    el("button", { class: "primary", type: "submit" }, "Open"));
}

/** The corner of the header: how we got in, and the way out. */
export function keyCorner(place, mode, showKeys) {
  put(place,
    mode === "demo" ? el("span", { class: "tag" }, "demo") : null,
    mode === "key" ? button("Forget the key", () => { forgetKey(); location.reload(); }, { class: "quiet small" }) : null,
    button([el("kbd", {}, "?"), el("span", { class: "wide-only" }, "Keys")], showKeys, { class: "quiet small", "aria-label": "Keys" }));
}
