// The left column: which conversation, its turns as a chat, and the buttons that play it.

import { button, el, put } from "./dom.js";
import { icon } from "./icons.js";
import { ownForm, picker } from "./picker.js";
import { CHANNELS, ROLES, clock, day, lookup } from "./words.js";

/** Draws the column anew on each change of the player. */
export class Chat {
  constructor(root, player, { conversations, customers }) {
    this.player = player;
    this.head = el("div", { class: "conversation-head" });
    this.log = el("ol", { class: "turns", "aria-label": "Turns, oldest first" });
    this.scroller = el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "The conversation so far" }, this.log);
    this.controls = this.#controls();
    this.composer = composer(player);
    put(root, this.head, this.scroller, el("div", { class: "dock" }, this.controls, this.composer));
    const choose = (conversation) => player.load(conversation, { played: 1 });
    this.form = (start, cancel) => ownForm(customers, start, cancel, { isDemo: conversations.length > 0 });
    this.picker = picker(conversations, choose, () => this.writeOwn().focus());
    player.addEventListener("load", () => this.#loaded());
    player.addEventListener("turns", () => this.#drawn());
  }

  #loaded() {
    const { meta } = this.player;
    this.picker.chose(meta.id);
    put(
      this.head,
      el("h2", { class: "eyebrow", id: "conversation-title" }, "Conversation"),
      this.picker.node,
      meta.about && el("p", { class: "about" }, meta.about),
    );
    this.shown = 0;
    put(this.log);
  }

  #drawn() {
    const { turns, script, cursor, playing, ended, meta } = this.player;
    put(this.log, turns.map((turn, n) => bubble(turn, turns[n - 1], meta.channel, n >= this.shown && this.shown > 0)));
    if (!turns.length) put(this.log, el("li", { class: "empty" }, script.length ? "Nothing said yet. Play the first turn, or write one." : "Nothing said yet. Write or paste a conversation."));
    this.shown = turns.length;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.nextButton.disabled = ended;
    this.backButton.disabled = !turns.length;
    this.playButton.disabled = ended && !playing;
    put(this.playButton, icon(playing ? "pause" : "play"), el("span", {}, playing ? "Pause" : "Play all"));
    this.progress.textContent = script.length ? `${cursor} of ${script.length}` : "";
    this.controls.hidden = !script.length && !turns.length;
  }

  #controls() {
    const { player } = this;
    this.backButton = button([icon("back"), el("span", {}, "Back")], () => player.back(), { class: "quiet", "aria-keyshortcuts": "k" });
    this.nextButton = button([icon("next"), el("span", {}, "Next turn")], () => player.next(), { class: "primary", id: "next-turn", "aria-keyshortcuts": "j" });
    this.playButton = button("", () => player.playAll(), { class: "quiet", "aria-keyshortcuts": "p" });
    this.progress = el("span", { class: "progress", "aria-label": "Turns played" });
    return el("div", { class: "controls", role: "group", "aria-label": "Play the conversation" },
      this.backButton, this.nextButton, this.playButton, this.progress);
  }

  /** Puts the form for a conversation of one's own in the place of the picker; gives its field. */
  writeOwn() {
    this.picker.close();
    const form = this.form((conversation) => this.player.load(conversation, { played: conversation.turns.length }), () => this.#loaded() || this.#drawn());
    put(this.head, el("h2", { class: "eyebrow", id: "conversation-title" }, "Conversation"), form);
    return form.querySelector("textarea");
  }
}

function bubble(turn, before, channel, fresh) {
  const side = turn.speaker === "customer" ? "theirs" : "ours";
  const role = turn.speaker === "agent" ? turn.role ?? "" : "";
  const sameDay = before && day(before.at) === day(turn.at);
  return [
    turn.at && !sameDay && el("li", { class: "daymark" }, icon(channel), `${lookup(CHANNELS, channel)} · ${day(turn.at)}`),
    el("li", { class: `turn ${side} ${turn.speaker} ${role} ${fresh ? "fresh" : ""}` },
      el("div", { class: "who" },
        el("span", { class: "name" }, speakerName(turn)),
        turn.origin === "used" && el("span", { class: "tag" }, "your reply"),
        turn.origin === "own" && el("span", { class: "tag" }, "added by you"),
        turn.visibility === "internal" && el("span", { class: "tag warn" }, "internal"),
        turn.at && el("time", { datetime: turn.at }, clock(turn.at))),
      el("p", { class: "said", dir: "auto" }, turn.text)),
  ];
}

export function speakerName(turn) {
  if (turn.speaker === "agent") return turn.role ? ROLES[turn.role] : "Agent";
  return { customer: "Customer", bot: "Bot", system: "System", third_party: "Third party" }[turn.speaker] ?? turn.speaker;
}

function composer(player) {
  const who = el("select", { "aria-label": "Who speaks" },
    el("option", { value: "customer" }, "Customer"),
    el("option", { value: "service" }, "Service"),
    el("option", { value: "sales" }, "Sales"));
  const text = el("textarea", { rows: "2", "aria-label": "What they say", placeholder: "Say something else here…", maxlength: "20000", dir: "auto" });
  const send = () => {
    if (!text.value.trim()) return text.focus();
    const speaker = who.value === "customer" ? { speaker: "customer" } : { speaker: "agent", role: who.value };
    player.add({ ...speaker, text: text.value.trim() });
    text.value = "";
    return text.focus();
  };
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
  });
  return el("details", { class: "composer" },
    el("summary", {}, icon("plus"), "Add a turn of your own"),
    el("div", { class: "composer-body" }, text, el("div", { class: "row" }, who, button("Add turn", send))));
}
