// Starts the page: gets a key, wires the three columns together, and follows the address.

import { get, open } from "./api.js";
import { Chat } from "./chat.js";
import { customerPage, customersPage } from "./customer.js";
import { keyCorner, keyForm } from "./door.js";
import { el, put } from "./dom.js";
import { importPage, importsPage } from "./imports.js";
import { keysDialog, listen } from "./keys.js";
import { Player } from "./player.js";
import { problemCard } from "./problem.js";
import { queuePage } from "./queue.js";
import { Reply } from "./reply.js";
import { Story } from "./story.js";
import { hideToast } from "./toast.js";

const $ = (id) => document.getElementById(id);
const SHOWN_FIRST = "valve-e23";
let desk = null;

async function start() {
  try {
    const mode = await open();
    const dialog = keysDialog();
    const corner = (how) => keyCorner($("top-end"), how, () => dialog.showModal());
    corner(mode);
    if (mode === "closed") return put($("notice"), keyForm(() => admit(dialog, corner)));
    await enter(mode, dialog);
  } catch (problem) {
    put($("notice"), problemCard(problem, () => location.reload()));
  }
  return undefined;
}

/** The key was taken: the form goes, and the focus, which it had, goes to the first field. */
async function admit(dialog, corner) {
  put($("notice"));
  corner("key");
  try {
    await enter("key", dialog);
    ($("desk").hidden ? $("main") : $("own-text") ?? $("main")).focus();
  } catch (problem) {
    put($("notice"), problemCard(problem, () => location.reload()));
  }
}

async function enter(mode, dialog) {
  const [{ customers }, { conversations }] = await Promise.all([
    get("/v1/customers?limit=200"),
    mode === "demo" ? get("/demo/conversations") : { conversations: [] },
  ]);
  desk = build(conversations, customers);
  listen(shortcuts(dialog), () => !$("desk").hidden);
  addEventListener("hashchange", route);
  route();
  const first = conversations.find((c) => c.id === SHOWN_FIRST) ?? conversations[0];
  if (first) desk.player.load(first, { played: 1 });
  else {
    desk.player.load({ turns: [] });
    desk.chat.writeOwn(); // there is none to choose from
  }
}

function build(conversations, customers) {
  const player = new Player();
  const chat = new Chat($("conversation"), player, { conversations, customers });
  const reply = new Reply($("reply"), player);
  const story = new Story($("story"), player);
  const useLine = (line) => reply.addLine(line);
  player.addEventListener("load", () => story.forget());
  reply.addEventListener("drafting", () => story.assessed(null));
  reply.addEventListener("assessment", (event) => story.assessed(event.detail, { useLine }));
  return { player, chat, reply, story };
}

function shortcuts(dialog) {
  const { player, reply } = desk;
  const ready = (act) => () => { if (reply.draft?.suggestion && !reply.draft.taken) act(reply.draft); };
  return {
    j: () => player.next(), k: () => player.back(), p: () => player.playAll(), r: () => reply.again(),
    u: ready((d) => d.use()), e: ready((d) => d.edit()), c: ready((d) => d.copy()), x: ready((d) => d.dismiss()),
    s: () => document.querySelector(".source")?.focus(),
    t: () => jump("story-title"),
    "?": () => dialog.showModal(),
  };
}

function route() {
  hideToast(); // what it speaks of stands on the page that is left
  const [view, id] = location.hash.slice(1).split("=");
  const name = ["queue", "imports", "customer"].includes(view) ? view : "desk";
  $("desk").hidden = name !== "desk";
  $("page").hidden = name === "desk";
  document.body.dataset.view = name;
  document.title = { desk: "Continuum", queue: "Work queue · Continuum", imports: "Imports · Continuum", customer: "Customers · Continuum" }[name];
  for (const link of document.querySelectorAll(".views a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (name === "queue") queuePage($("page"));
  else if (name === "imports" && id) importPage($("page"), decodeURIComponent(id));
  else if (name === "imports") importsPage($("page"));
  else if (name === "customer" && id) customerPage($("page"), decodeURIComponent(id));
  else if (name === "customer") customersPage($("page"));
  if (name !== "desk") { scrollTo(0, 0); desk.player.pause(); }
}

/** Brings a part of the page into view and puts the focus there. */
function jump(id) {
  const title = $(id);
  title.tabIndex = -1;
  title.focus();
  title.scrollIntoView({ block: "start" });
}

for (const way of document.querySelectorAll(".jump button")) way.addEventListener("click", () => jump(way.dataset.to));

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address names the view: a jump within it must not change it
  $("main").focus();
});

// A fault that nobody caught must not look like silence.
addEventListener("unhandledrejection", (event) => {
  if (event.reason?.name !== "AbortError") {
    put($("notice"), el("div", { class: "card problem", role: "alert" }, el("h3", {}, "Something went wrong on this page"), el("p", {}, "Reload it; if it happens again, tell us what you did.")));
  }
});

start();
