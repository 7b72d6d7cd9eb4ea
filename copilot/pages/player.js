// The conversation on the desk: a script that is played turn by turn, and what is said beside it.

/**
 * Emits `load` (another conversation) and `turns` (one more, or one less).
 * Each turn keeps `origin`: script, used (a suggestion) or own; and where the script stood before it.
 */
export class Player extends EventTarget {
  meta = { title: "", about: "", channel: "chat", customer_id: null, id: null };
  script = [];
  turns = [];
  cursor = 0;
  #timer = null;

  load(conversation, { played = 0 } = {}) {
    this.pause();
    const { turns, ...meta } = conversation;
    this.meta = { title: "", about: "", channel: "chat", customer_id: null, id: null, ...meta };
    this.script = turns;
    this.turns = [];
    this.cursor = 0;
    this.#emit("load");
    for (let n = 0; n < played && this.cursor < this.script.length; n += 1) this.#take();
    this.#emit("turns");
  }

  get ended() { return this.cursor >= this.script.length; }
  get playing() { return this.#timer !== null; }
  get last() { return this.turns.at(-1) ?? null; }

  /** The role in which this conversation is answered: as its agent speaks, else service. */
  get role() {
    const ours = [...this.turns, ...this.script].filter((turn) => turn.speaker === "agent" && turn.role);
    return ours[0]?.role ?? "service";
  }

  next() {
    if (this.ended) return;
    this.#take();
    this.#emit("turns");
  }

  back() {
    this.pause();
    const gone = this.turns.pop();
    if (!gone) return;
    this.cursor = gone.before;
    this.#emit("turns");
  }

  /** Our own reply takes the place of the one in the script. */
  use(text) {
    const before = this.cursor;
    if (this.script[this.cursor]?.speaker === "agent") this.cursor += 1;
    this.#push({ speaker: "agent", role: this.role, text }, "used", before);
  }

  add(turn) { this.#push(turn, "own", this.cursor); }

  playAll(pace_ms = 1600) {
    if (this.playing) return this.pause();
    const step = () => {
      this.next();
      this.#timer = this.ended ? null : setTimeout(step, pace_ms);
      if (this.ended) this.#emit("turns");
    };
    if (!this.ended) step();
    return undefined;
  }

  pause() {
    if (!this.playing) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#emit("turns");
  }

  /** As the API takes it; what is empty is left out. */
  wire() {
    const { id, channel, customer_id } = this.meta;
    const turns = this.turns.map(({ speaker, role, text, at, visibility, id: turnId }) => ({
      speaker, text, ...(turnId && { id: turnId }), ...(role && { role }), ...(at && { at }), ...(visibility && { visibility }),
    }));
    return { channel, turns, ...(id && { id }), ...(customer_id && { customer_id }) };
  }

  #take() {
    this.turns.push({ ...this.script[this.cursor], origin: "script", before: this.cursor });
    this.cursor += 1;
  }

  #push(turn, origin, before) {
    this.pause();
    const latest = this.turns.map((t) => t.at).filter(Boolean).at(-1);
    const at = latest ? new Date(Date.parse(latest) + 60_000).toISOString() : new Date().toISOString();
    this.turns.push({ ...turn, at, origin, before });
    this.#emit("turns");
  }

  #emit(name) { this.dispatchEvent(new Event(name)); }
}

const LINE = /^\s*(customer|client|user|agent|service|sales|bot)(?:\s*\((sales|service)\))?\s*[:>-]\s*(.*)$/i;

/** Reads pasted text: "Customer: …", "Service: …"; a line without a name goes on with the turn before. */
export function readTurns(text) {
  const turns = [];
  for (const line of text.split(/\r?\n/)) {
    const found = LINE.exec(line);
    if (found) turns.push(opened(found));
    else if (line.trim() && turns.length) turns.at(-1).text += `\n${line.trim()}`;
    else if (line.trim()) turns.push({ speaker: "customer", text: line.trim() });
  }
  return turns.filter((turn) => turn.text.trim());
}

function opened([, who, role, text]) {
  const name = who.toLowerCase();
  if (["customer", "client", "user"].includes(name)) return { speaker: "customer", text };
  if (name === "bot") return { speaker: "bot", text };
  return { speaker: "agent", role: role?.toLowerCase() ?? (name === "sales" ? "sales" : "service"), text };
}
