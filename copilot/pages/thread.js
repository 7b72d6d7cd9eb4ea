// Draws the thread through a timeline's contacts and, beside it, each promise from made to due.

import { svg } from "./dom.js";
import { moment, PROMISE, promiseStatus } from "./words.js";

const GAP = 8; // between two promise tracks
const FREE = 14; // from a lane to its first track
const LANES = { sales: "sales", service: "service", both: "both", none: "none", now: "now" };

/** Keeps the drawing in step with the rows, whatever opens or wraps. */
export function drawThread(root, list, promises, options) {
  const canvas = svg("svg", { class: "tl-thread", "aria-hidden": "true" });
  root.append(canvas);
  const spans = promises.filter((p) => p.status !== "withdrawn");
  const draw = () => {
    const box = list.getBoundingClientRect();
    if (!box.width) return;
    canvas.setAttribute("width", box.width);
    canvas.setAttribute("height", box.height);
    canvas.style.insetBlockStart = `${list.offsetTop}px`;
    canvas.replaceChildren(...thread(list, box), ...tracks(list, box, spans, options));
  };
  new ResizeObserver(draw).observe(list);
}

function dots(list, box) {
  return [...list.querySelectorAll(".tl-dot")].map((dot) => {
    const at = dot.getBoundingClientRect();
    return { x: at.left + at.width / 2 - box.left, y: at.top + at.height / 2 - box.top, lane: LANES[dot.parentElement.dataset.dot] ?? "none" };
  });
}

function thread(list, box) {
  const points = dots(list, box);
  return points.slice(1).map((b, n) => {
    const a = points[n];
    const id = `thread-${Math.round(box.width)}-${n}-${a.lane}-${b.lane}`;
    const bend = Math.min(60, (b.y - a.y) / 2);
    return svg("g", {},
      svg("linearGradient", { id, gradientUnits: "userSpaceOnUse", x1: 0, y1: a.y, x2: 0, y2: b.y },
        svg("stop", { offset: 0, class: `stop-${a.lane}` }), svg("stop", { offset: 1, class: `stop-${b.lane}` })),
      svg("path", { class: "thread", stroke: `url(#${id})`, d: `M${a.x} ${a.y}C${a.x} ${a.y + bend} ${b.x} ${b.y - bend} ${b.x} ${b.y}` }));
  });
}

/** Where on the picture a moment lies: between the rows before and after it. */
function placer(list, box, oldestFirst) {
  const known = [...list.querySelectorAll("[data-at]")].filter((row) => row.dataset.at).map((row) => {
    const at = row.getBoundingClientRect();
    return { t: moment(row.dataset.at).getTime(), y: at.top + 14 - box.top };
  });
  if (!oldestFirst) known.reverse();
  return (time) => {
    const after = known.findIndex((k) => k.t >= time);
    if (after === 0) return known[0].y;
    if (after < 0) return known.at(-1)?.y ?? 0;
    const [a, b] = [known[after - 1], known[after]];
    return a.y + ((b.y - a.y) * (time - a.t)) / Math.max(1, b.t - a.t);
  };
}

function tracks(list, box, promises, { now, oldestFirst }) {
  const place = placer(list, box, oldestFirst);
  const lanes = { sales: laneX(list, box, "sales"), service: laneX(list, box, "service") };
  const taken = { sales: [], service: [] };
  const most = Number(getComputedStyle(list).getPropertyValue("--tracks")) || 3;
  const spans = promises.map((p) => spanOf(p, list, box, place, now)).filter(Boolean);
  // What was kept never takes the place of what was not.
  spans.sort((a, b) => (a.status === "kept") - (b.status === "kept") || a.top - b.top);
  return spans.flatMap((span) => {
    const used = taken[span.side];
    const isFree = (all) => all.every(({ top, bottom }) => bottom < span.top - 4 || top > span.bottom + 4);
    let n = used.findIndex(isFree);
    if (n < 0) n = used.length;
    if (n >= most) return []; // the list of promises tells them all; the picture stays readable
    (used[n] ??= []).push(span);
    const x = lanes[span.side] + (span.side === "sales" ? -1 : 1) * (FREE + n * GAP);
    return [svg("g", { class: `span ${span.status}` },
      svg("title", {}, span.title),
      svg("path", { d: `M${x} ${span.made}V${span.end}` }),
      svg("circle", { cx: x, cy: span.made, r: 3 }),
      svg("path", { class: "span-end", d: `M${x - 2.5} ${span.end}h5` }))];
  });
}

function spanOf(promise, list, box, place, now) {
  const row = [...list.children].find((r) => r.dataset.id && r.dataset.id === promise.conversation_id);
  if (!row) return null;
  const dot = row.querySelector(".tl-dot").getBoundingClientRect();
  const made = dot.top + dot.height / 2 - box.top;
  const dueRow = [...list.children].find((r) => r.dataset.due === promise.promise_id)?.querySelector(".tl-title").getBoundingClientRect();
  const until = promise.due ? moment(promise.due).getTime() : promise.status === "kept" ? null : now.getTime();
  if (until === null) return null;
  const end = dueRow ? dueRow.top + dueRow.height / 2 - box.top : place(until);
  if (Math.abs(end - made) < 6) return null;
  const side = promise.promisor_role === "sales" ? "sales" : "service";
  return { side, made, end, top: Math.min(made, end), bottom: Math.max(made, end), status: promise.status, title: `${promise.what} (${PROMISE[promiseStatus(promise)] ?? promise.status})` };
}

/** Lanes are set by the style sheet; a hidden probe in each list tells where they are. */
function laneX(list, box, side) {
  const style = getComputedStyle(list);
  return parseFloat(style.getPropertyValue(side === "sales" ? "--lane-sales" : "--lane-service")) + offset(list, box, style);
}

function offset(list, box, style) {
  return style.getPropertyValue("--gutter-centred").trim() === "1" ? (box.width - parseFloat(style.getPropertyValue("--gutter"))) / 2 : 0;
}
