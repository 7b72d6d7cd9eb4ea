// Builds DOM nodes. Text only ever becomes a text node, so nothing a customer wrote can run.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. `props`: class, on<event>, dataset, aria-*, attributes; nullish ones are left out. */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "class") node.setAttribute("class", value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

/** Replaces what a node holds. */
export function put(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

/** A link, where the address is one that a browser may open; else the text alone. */
export function link(url, text, props = {}) {
  if (!isWebAddress(url)) return el("span", props, text);
  return el("a", { ...props, href: url, rel: "noopener noreferrer", target: "_blank" }, text);
}

function isWebAddress(url) {
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

/** Says a line to screen readers, once. */
export function announce(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}

/** Text in which the given quotes are marked. */
export function marked(text, quotes, kind = "") {
  const spans = quotes
    .map((quote) => [text.indexOf(quote), quote.length])
    .filter(([at, length]) => at >= 0 && length > 0)
    .sort((a, b) => a[0] - b[0]);
  const parts = [];
  let done = 0;
  for (const [at, length] of spans) {
    if (at < done) continue;
    parts.push(text.slice(done, at), el("mark", { class: kind }, text.slice(at, at + length)));
    done = at + length;
  }
  parts.push(text.slice(done));
  return parts.filter((part) => part !== "");
}

/** A button; `label` may be text or nodes. */
export function button(label, onclick, props = {}) {
  return el("button", { type: "button", onclick, ...props }, label);
}

/** What opens and closes: a real <details>, usable by keyboard everywhere. */
export function fold(summary, content, props = {}) {
  return el("details", props, el("summary", {}, summary), content);
}
