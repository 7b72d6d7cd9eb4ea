// What was read in: every run with its counts; one run with its files, and why something stayed out.

import { get } from "./api.js";
import { announce, button, el, fold, put } from "./dom.js";
import { icon } from "./icons.js";
import { problemCard } from "./problem.js";
import { clock, counted, day, moment } from "./words.js";

const FATES = [
  ["added", "added"], ["changed", "changed"], ["unchanged", "unchanged"],
  ["failed", "failed"], ["left_out", "left out"], ["removed", "removed"],
];
const PARTS = FATES.slice(0, 5); // what a record that came in can become; removed ones did not come
const STATES = { queued: "waiting", running: "running", done: "done", failed: "broken off" };
const KINDS = { ingest: "Files", webhook: "Delivery" };
const STEP = 30;
const NUMBER = new Intl.NumberFormat();
const number = (n) => NUMBER.format(n ?? 0);
const total = (counts) => PARTS.reduce((sum, [fate]) => sum + (counts[fate] ?? 0), 0);
const seconds = (n) => NUMBER.format(n < 10 ? n : Math.round(n));
const baseName = (path) => String(path).split("/").filter(Boolean).at(-1) ?? String(path);

export async function importsPage(root) {
  put(root, el("div", { class: "skeleton tall", "aria-hidden": "true" }));
  try {
    const { jobs } = await get("/v1/jobs?limit=200");
    put(root, el("div", { class: "sheet" },
      el("div", { class: "sub-row" }, el("h1", { class: "page-title" }, "Imports"),
        button([icon("again"), "Look again"], () => again(root), { class: "quiet small" })),
      jobs.length ? runs(jobs) : nothing()));
  } catch (problem) {
    put(root, problemCard(problem, () => importsPage(root)));
  }
}

async function again(root) {
  await importsPage(root);
  announce("The list of imports is up to date.");
  root.querySelector("button")?.focus();
}

function nothing() {
  return el("div", { class: "card empty-card" }, el("h2", {}, "Nothing was imported yet"),
    el("p", {}, "Bring in articles, past conversations, products and customers: run ", el("code", {}, "copilot ingest PATH"),
      " on the server, or send files to ", el("code", {}, "POST /v1/ingest"), ". Each run then stands here with what came in and what did not."));
}

function runs(jobs) {
  const columns = [["When"], ["Source"], ["State"], ...FATES.map(([, title]) => [title, "n"]), ["seconds", "n"]];
  return paged(jobs, (some) => table("Runs, the newest first", columns, some.map(run)), "run");
}

function run(job) {
  const { counts } = job;
  return [
    el("a", { href: `#imports=${encodeURIComponent(job.id)}` }, when(job.created_at)),
    el("span", {}, sources(job.sources), job.kind !== "ingest" && el("span", { class: "hint" }, ` ${KINDS[job.kind] ?? job.kind}`)),
    state(job, counts),
    ...FATES.map(([fate]) => figure(counts?.[fate], fate)),
    job.seconds === null ? "" : seconds(job.seconds),
  ];
}

function sources(names) {
  const rest = names.length - 3;
  const shown = names.slice(0, 3).join(", ");
  return el("span", { dir: "auto" }, rest > 0 ? `${shown} and ${rest} more` : shown || "unknown");
}

const when = (iso) => { const at = moment(iso); return at ? `${day(at)}, ${clock(at)}` : "unknown"; };

/** How a run stands; one with failures is not simply done, and leads to the list of them. */
function state({ id, state: code }, counts, { isLink = true } = {}) {
  const failed = code === "done" ? counts?.failed ?? 0 : 0;
  const look = failed ? "open" : { done: "kept", failed: "overdue" }[code] ?? "open";
  if (!failed) return el("span", { class: `badge ${look}` }, STATES[code] ?? code);
  const said = [icon("warn"), `done, ${number(failed)} failed`];
  return isLink
    ? el("a", { class: `badge ${look}`, href: `#imports=${encodeURIComponent(id)}` }, said)
    : el("span", { class: `badge ${look}` }, said);
}

function figure(n, fate) {
  if (n === undefined || n === null) return "";
  return el("span", { class: n === 0 ? "zero" : `fate ${fate}` }, number(n));
}

/** A table that becomes a list of cards where it would not fit; roles survive the change. */
function table(name, columns, rows) {
  const titles = columns.map(([title, kind]) => el("th", { scope: "col", role: "columnheader", class: kind }, title));
  const cells = (row) => row.map((cell, i) =>
    el(i ? "td" : "th", { role: i ? "cell" : "rowheader", scope: i ? null : "row", class: columns[i][1], dataset: { title: columns[i][0] } }, cell));
  return el("table", { class: "grid", role: "table", "aria-label": name },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, titles)),
    el("tbody", { role: "rowgroup" }, rows.map((row) => el("tr", { role: "row" }, cells(row)))));
}

/** The first rows, and a button for more of them. */
function paged(all, draw, what) {
  const place = el("div", { class: "paged" });
  const show = (n) => put(place, draw(all.slice(0, n)),
    n < all.length && button(`Show ${counted(Math.min(STEP, all.length - n), `more ${what}`)} (${number(all.length)} in all)`, () => {
      show(n + STEP);
      (place.querySelectorAll("tbody tr, li")[n]?.querySelector("a") ?? place.querySelector("button"))?.focus();
    }, { class: "inline" }));
  show(STEP);
  return place;
}

export async function importPage(root, id) {
  put(root, el("div", { class: "skeleton tall", "aria-hidden": "true" }));
  try {
    const job = await get(`/v1/jobs/${encodeURIComponent(id)}`);
    put(root, whole(job, () => importPage(root, id)));
  } catch (problem) {
    put(root, problemCard(problem, () => importPage(root, id)));
  }
}

function whole(job, reload) {
  const { report } = job;
  const isOpen = job.state === "queued" || job.state === "running";
  return el("div", { class: "sheet run" },
    el("div", {}, el("a", { class: "inline", href: "#imports" }, "All imports"),
      el("h1", { class: "page-title" }, sources(job.sources), state(job, report, { isLink: false })),
      el("p", { class: "hint" }, [when(job.created_at), KINDS[job.kind] ?? job.kind, report?.seconds !== undefined && `${seconds(report.seconds)} seconds`].filter(Boolean).join(" · "))),
    isOpen && el("div", { class: "row" }, el("p", {}, `${counted(job.done, "record")} read so far.`), button([icon("again"), "Look again"], reload, { class: "small" })),
    report?.detail && el("div", { class: "card problem", role: "alert" }, el("h2", {}, icon("warn"), "This run broke off"), el("p", {}, report.detail)),
    report?.added !== undefined && [sum(report), failures(report), files(report)]);
}

/** What came in, and what became of it: the parts add up to the whole. */
function sum(report) {
  const part = ([fate, title]) => el("div", { class: `term ${report[fate] ? fate : "none"}` }, el("dt", {}, title), el("dd", {}, number(report[fate])));
  return el("section", { class: "sum", "aria-labelledby": "sum-title" },
    el("h2", { class: "sub", id: "sum-title" }, "Records in"),
    el("dl", { class: "terms" }, el("div", { class: "term whole" }, el("dt", {}, "records in"), el("dd", {}, number(total(report)))), PARTS.map(part)),
    report.removed > 0 && el("p", { class: "hint" }, `Besides, ${counted(report.removed, "record was", "records were")} removed, since the source no longer holds ${report.removed === 1 ? "it" : "them"}.`));
}

// What differs between two records of one fault, as the report masks it (ingest/report.py).
const VALUE = /(?:character )?(?:'[^']*'|"[^"]*"|\d+)/g;
const kind = (reason) => reason.replace(VALUE, "…");
const values = (reason) => reason.match(VALUE) ?? [];

/** The report's reasons, each once over all files, with the places of those that were kept. */
function causes(report) {
  const found = new Map();
  const cause = (reason) => {
    if (!found.has(kind(reason))) found.set(kind(reason), { reason, count: 0, places: [] });
    return found.get(kind(reason));
  };
  for (const { reason, count } of report.reasons ?? []) cause(reason).count += count;
  for (const failure of report.failures ?? []) {
    const its = cause(failure.reason);
    const first = values(its.reason);
    its.places.push({ ...failure, at: values(failure.reason).filter((value, i) => value !== first[i]).join(", ") });
  }
  return [...found.values()].map((one) => ({ ...one, count: Math.max(one.count, one.places.length) })).sort((a, b) => b.count - a.count);
}

function failures(report) {
  const sorted = causes(report);
  const hidden = report.failures_not_shown ?? 0;
  return el("section", { class: "stayed-out", "aria-labelledby": "why-title" },
    el("h2", { class: "sub", id: "why-title" }, "What stayed out, and why", el("span", { class: "count" }, number((report.failed ?? 0) + (report.left_out ?? 0)))),
    sorted.length === 0 && el("p", { class: "quiet-line" }, icon("check"), "Everything came in."),
    sorted.map(({ reason, count, places }, i) => fold(
      [icon("chevron"), el("span", { class: "reason", dir: "auto" }, reason), el("span", { class: "count" }, number(count))],
      paged(places, placesByFile, "place"), { class: "cause", open: i === 0 })),
    hidden > 0 && el("p", { class: "hint" }, `${counted(hidden, "more record")} of this run stayed out; ${hidden === 1 ? "its place was" : "their places were"} counted, not kept.`));
}

function placesByFile(places) {
  const byFile = new Map();
  for (const one of places) byFile.set(one.path, [...(byFile.get(one.path) ?? []), one]);
  return el("div", { class: "places" }, [...byFile].map(([path, some]) => el("div", {},
    el("p", { class: "place-file", title: path, dir: "auto" }, baseName(path)), el("ul", {}, some.map(place)))));
}

function place({ line, at, record_id: record }) {
  const said = [line && `line ${number(line)}`, at, record && `record ${record}`].filter(Boolean).join(", ");
  return el("li", { class: "hint", dir: "auto" }, said || "the whole file");
}

function files(report) {
  const all = report.files ?? [];
  const columns = [["File"], ["Format"], ...FATES.map(([, title]) => [title, "n"])];
  const row = (file) => [el("span", { title: file.path, dir: "auto" }, baseName(file.path)), file.format || "unknown", ...FATES.map(([fate]) => figure(file[fate], fate))];
  const hidden = report.files_not_shown ?? 0;
  return el("section", { class: "files", "aria-labelledby": "files-title" },
    el("h2", { class: "sub", id: "files-title" }, "Files", el("span", { class: "count" }, number(all.length + hidden))),
    all.length ? paged(all, (some) => table("Files", columns, some.map(row)), "file") : el("p", { class: "quiet-line" }, "No file was read."),
    hidden > 0 && el("p", { class: "hint" }, `${counted(hidden, "more file")} without a failure are counted above, not listed.`));
}
