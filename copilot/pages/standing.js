// How a suggestion stands, in a few words: good to go, doubtful, or nothing to answer.

import { counted } from "./words.js";

const GAP = /^no source answers\b/i;
const NOTHING_NEW = /^nothing (?:new )?(?:was asked|to answer)\b/i;
const THANKS = new RegExp("^\\W*(?:(?:ok(?:ay)?|great|perfect|lovely|wonderful|super|brilliant|good|many|thanks?(?: you)?"
  + "|cheers|bye|goodbye|that(?:['’]s| is| was| will be) (?:all|it|everything)|have an? (?:good|nice|great|lovely) \\w+"
  + "|very much|so much|a lot|again|indeed|for (?:your|the|all your) (?:help|time|patience)|and|you too|same to you"
  + "|(?:best|kind) (?:wishes|regards)|then|now|all|the best)(?=\\W|$)\\W*)+$", "i");

/** Whether a line of `missing` is a question without a source; else it is a note for the agent. */
export const isGap = (line) => GAP.test(line);

/** `kind` is ready, weak or none; `text` says it; `open` counts the questions that no source answers. */
export function standing(suggestion, turns) {
  const { segments, missing, warnings, abstained } = suggestion.reply;
  const gaps = missing.filter(isGap).length;
  const said = lastSaid(turns);
  const asked = said.split(/(?<=[.!?])\s+/).filter((sentence) => sentence.trim().endsWith("?")).length;
  if (!segments.length) {
    if (missing.some((line) => NOTHING_NEW.test(line)) || (!asked && THANKS.test(said))) return { kind: "none", text: "Nothing to answer", open: 0 };
    return { kind: "weak", text: "No reply: no source answers this", open: gaps };
  }
  const doubts = new Set(warnings ?? []).size || (segments.some((segment) => !segment.supported) ? 1 : 0);
  const parts = [answered(gaps, asked), doubts && counted(doubts, "warning")];
  const notes = missing.length - gaps;
  if (notes) parts.push(counted(notes, "note"));
  const text = parts.filter(Boolean).join(" · ");
  return text || abstained ? { kind: "weak", text: text || "Partly answered", open: gaps } : { kind: "ready", text: "Ready", open: 0 };
}

function answered(gaps, asked) {
  if (!gaps) return "";
  return asked > 1 && asked >= gaps ? `${asked - gaps} of ${asked} questions answered` : `${counted(gaps, "question")} not answered`;
}

/** What the customer has said since our last word. */
function lastSaid(turns) {
  const ours = turns.findLastIndex((turn) => turn.speaker !== "customer");
  return turns.slice(ours + 1).map((turn) => turn.text).join("\n").trim();
}
