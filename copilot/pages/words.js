// Codes of the API in the words of the page, and dates as people read them.

export const CHANNELS = {
  chat: "Chat", email: "E-mail", phone: "Phone", social: "Social", sms: "SMS",
  in_person: "Shop", unknown: "Contact",
};
export const ORIGINS = {
  article: "Article", record: "Customer record", catalogue: "Catalogue", conversation: "Past conversation",
};
export const ROLES = { sales: "Sales", service: "Service" };

export const SILENCE = {
  already_entitled: "what they own already covers it",
  free_fix: "something free settles it",
  cheaper_better: "the cheaper way is the better one",
  information_only: "they only asked for information",
  agent_planted: "the idea came from us, not from the customer",
  not_customer_words: "the words were not the customer's own",
  figurative: "it was a figure of speech",
  declined_recently: "they declined recently",
  opted_out: "they asked not to be sold to",
  open_complaint: "a complaint is open",
  open_issue: "their own problem is not solved yet",
  unconfirmed_issue: "they have not said yet that it is solved",
  disruption: "their service is disrupted",
  promise_conflict: "a promise of ours is broken and comes first",
  open_commitments_first: "what we owe them comes first",
  fraud_or_security: "this is a security matter",
  vulnerability_bereavement: "care comes first",
  vulnerability_financial: "money is tight: care comes first",
  vulnerability_health: "health is at stake: care comes first",
  vulnerability_pressure: "they may be under pressure: care comes first",
  no_authority: "this person may not decide it",
  not_eligible: "nothing suitable is open to them",
  no_suitable_product: "no product of ours fits",
  ask_first: "one open question should be asked first",
};

export const DISPOSITIONS = {
  surface_now: "Can be said now",
  surface_after_resolution: "After their issue is solved",
  hold: "Held back",
  handoff_sales: "For a colleague in sales",
  log_blocked: "Blocked, for the record",
};
export const INFORMS = {
  entitlement: "Already theirs", free_fix: "Free", cheaper_option: "Cheaper", right: "Their right",
  process: "How it goes", truth: "To be said plainly",
};
export const PROMISE = {
  open: "open", overdue: "overdue", conflict: "contradicts a fact", kept: "kept", withdrawn: "withdrawn",
  presumed: "taken as kept",
};
/** How a promise stands; where nobody has said that it was kept, it is only taken as kept. */
export const promiseStatus = ({ status, kept_evidence: ground }) => (status === "kept" && ground?.startsWith(PROMISE.presumed) ? "presumed" : status);
export const DISMISS = {
  wrong: "It is wrong", incomplete: "Something is missing", unsupported: "A source does not carry it",
  wrong_fit: "Does not fit this customer", not_now: "Not now", has_it: "They have it already",
  not_said: "They did not say that", customer_upset: "The customer is upset", tone: "Tone",
  language: "Language", other: "Another reason",
};
export const NOT_NEEDED = ["not_said", "not_now", "has_it", "wrong_fit", "customer_upset", "other"];
export const PROBLEMS = {
  0: "No answer", 401: "Key needed", 403: "Not allowed", 404: "Not found", 409: "Not possible now",
  413: "Too large", 422: "Not usable as it is", 429: "Too fast", 503: "Not ready",
};

/** `snake_case` as words. */
export const plain = (code) => String(code ?? "").replaceAll("_", " ");
export const lookup = (table, code) => table[code] ?? plain(code);
export const counted = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// The company's locale where the page names one, else the browser's.
const LOCALE = document.documentElement.dataset.locale || undefined;
const DAY = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const MONTH = new Intl.DateTimeFormat(LOCALE, { month: "short", year: "numeric" });
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });

/** A date or moment of the API; a bare date stays that day in every time zone. */
export function moment(iso) {
  if (!iso) return null;
  const found = new Date(iso.length === 10 ? `${iso}T12:00:00` : iso);
  return Number.isNaN(found.getTime()) ? null : found;
}
const shown = (format) => (iso) => {
  const at = iso instanceof Date ? iso : moment(iso);
  return at ? format.format(at) : "";
};
export const day = shown(DAY);
export const month = shown(MONTH);
export const clock = shown(CLOCK);

/** "£6.00 a month", "£6.00 every 4 weeks"; a currency or period that is not known is left out. */
export function money(amount, currency, period) {
  const sum = currency ? new Intl.NumberFormat(LOCALE, { style: "currency", currency }).format(amount) : amount.toFixed(2);
  return [sum, period === "once" ? "once" : period && `${/^\d/.test(period) ? "every" : "a"} ${period}`].filter(Boolean).join(" ");
}

export const daysBetween = (a, b) => Math.round((b - a) / 86_400_000);

/** "3 days late", "due today", "in 2 weeks". */
export function dueIn(iso, now) {
  const at = moment(iso);
  if (!at) return "";
  const days = daysBetween(now, at);
  if (days === 0) return "due today";
  return days < 0 ? `${span(-days)} late` : `due in ${span(days)}`;
}

export function span(days) {
  if (days < 14) return counted(days, "day");
  if (days < 60) return counted(Math.round(days / 7), "week");
  return counted(Math.round(days / 30.4), "month");
}

/** The first letters of a name. */
export function initials(name) {
  const words = String(name || "?").trim().split(/\s+/);
  return (words[0][0] + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

/** Names in their order, each once, with how often. */
export function tally(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, n]) => (n > 1 ? `${name} × ${n}` : name));
}
