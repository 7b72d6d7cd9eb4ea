// The middle column: asks for a suggestion after each customer turn, and shows it as it is made.

import { Problem, post, stream } from "./api.js";
import { announce, button, el, put } from "./dom.js";
import { Draft } from "./draft.js";
import { problemCard } from "./problem.js";
import { toast } from "./toast.js";
import { counted } from "./words.js";

const SETTLE_MS = 220; // turns that come in a burst are one request
const ALTERNATIVES = 3;

/** Emits `assessment` (detail: the assessment, or null while it is made) and `drafting`. */
export class Reply extends EventTarget {
  #abort = null;
  #timer = null;

  constructor(root, player) {
    super();
    this.player = player;
    this.generator = "auto";
    this.state = el("p", { class: "state" });
    this.body = el("div", { class: "reply-body", "aria-busy": "false" });
    put(root,
      el("div", { class: "column-head" }, el("h2", { class: "eyebrow", id: "reply-title" }, "Suggested reply"), this.state),
      el("div", { class: "scroll reply-scroll" }, this.body));
    player.addEventListener("load", () => this.#clear());
    player.addEventListener("turns", () => this.#moved());
  }

  /** Asks again, whoever spoke last. */
  again() {
    this.#cancel();
    if (!this.player.turns.length) return;
    this.draft?.stale("Another suggestion is being made.");
    this.#run();
  }

  /** Opens the draft for editing with one more line at its end: never added unseen. */
  addLine(line) {
    if (this.draft?.suggestion) this.draft.edit(line);
  }

  #clear() {
    this.#cancel();
    this.draft = null;
    put(this.body);
    this.#say("");
  }

  #moved() {
    this.#cancel();
    const { last, playing } = this.player;
    if (!last) return this.#idle();
    if (last.speaker === "customer") {
      this.draft?.stale("The customer has written again: this draft is out of date.");
      this.#say("Waiting a moment…", "busy");
      this.#timer = setTimeout(() => this.#run(), playing ? SETTLE_MS * 2 : SETTLE_MS);
    } else {
      this.#answered(last);
    }
    return undefined;
  }

  #idle() {
    this.draft = null;
    put(this.body, el("p", { class: "empty" }, "A suggestion appears as soon as the customer has spoken."));
    this.#say("");
  }

  #answered(last) {
    this.#say(last.origin === "used" ? "Used" : "Answered");
    const text = last.origin === "used"
      ? "Your reply stands in the conversation. The next suggestion comes with the customer's next turn."
      : "An agent has answered on the left; this was the draft before it.";
    if (this.draft) this.draft.stale(text);
    else put(this.body, el("p", { class: "empty" }, "An agent spoke last. ", button("Suggest anyway", () => this.again(), { class: "inline" })));
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  async #run() {
    const abort = (this.#abort = new AbortController());
    this.body.setAttribute("aria-busy", "true");
    this.#say("Looking for sources…", "busy");
    this.dispatchEvent(new Event("drafting"));
    const body = { conversation: this.player.wire(), alternatives: ALTERNATIVES, generator: this.generator, stream: true };
    try {
      await stream("/v1/suggestions", body, { signal: abort.signal, on: this.#handlers(abort) });
    } catch (error) {
      if (abort.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      this.#failed(error);
    } finally {
      if (this.#abort === abort) this.body.setAttribute("aria-busy", "false");
    }
  }

  #handlers(abort) {
    let fresh = null;
    const live = (act) => (data) => { if (!abort.signal.aborted) act(data); };
    const begin = () => {
      if (fresh) return fresh;
      // What somebody is writing is never taken away: it stays above the new draft.
      const kept = this.draft?.editing ? this.draft.node : null;
      fresh = this.draft = new Draft(this, this.player);
      put(this.body, kept, fresh.node);
      return fresh;
    };
    return {
      meta: live((meta) => this.#say(`Reading ${counted(meta.hits, "source")}…`, "busy")),
      "text.delta": live((piece) => { begin().grow(piece); this.#say("Writing…", "busy"); }),
      assessment: live((found) => this.dispatchEvent(new CustomEvent("assessment", { detail: found }))),
      done: live((suggestion) => { begin().finish(suggestion); this.#done(suggestion); }),
    };
  }

  #done(suggestion) {
    const { citations, timings_ms: timings, id } = suggestion;
    const took = timings?.total ? ` in ${timings.total < 1000 ? `${Math.max(1, Math.round(timings.total))} ms` : `${(timings.total / 1000).toFixed(1)} s`}` : "";
    const sources = counted(citations.length, "source");
    const { kind, text } = this.draft.standing;
    this.#say(kind === "ready" ? `${text}${took} · ${sources}` : text, kind);
    announce(kind === "ready" ? `Draft ready, ${sources}.` : `${text}${suggestion.reply.segments.length ? `, ${sources}` : ""}.`);
    this.tell(id, "shown");
  }

  #failed(problem) {
    this.draft = null;
    this.#say("No suggestion", "weak");
    put(this.body, problemCard(problem, () => this.again()));
  }

  #say(text, kind = "") {
    this.state.textContent = text;
    this.state.dataset.kind = kind;
  }

  /** Notes what the agent did. A fault here must not cost the agent the reply. */
  async tell(id, event, more = {}) {
    try {
      await post("/v1/feedback", { suggestion_id: id, event, ...more });
      return true;
    } catch (problem) {
      if (event !== "shown") toast(`Your feedback was not noted: ${problem.message}`);
      return false;
    }
  }
}
