// Line icons drawn from nodes, 24 units square; they take the colour of the text around them.

import { svg } from "./dom.js";

const PATHS = {
  chat: ["M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4.2A2.5 2.5 0 0 1 4 13.5z"],
  email: ["M4 6h16v12H4z", "M4 7l8 6 8-6"],
  phone: ["M6.5 4h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3A2 2 0 0 1 18 19.5 14 14 0 0 1 4.5 6a2 2 0 0 1 2-2z"],
  social: ["M12 4a8 8 0 1 0 4.5 14.6", "M15.5 12a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0z", "M15.5 9v4a2.2 2.2 0 0 0 4.5 0v-1a8 8 0 0 0-8-8"],
  sms: ["M7 3h10v18H7z", "M10.5 18h3"],
  in_person: ["M4 9l1.5-5h13L20 9", "M4 9a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0A2.7 2.7 0 0 0 20 9", "M5.5 12v8h13v-8", "M10 20v-5h4v5"],
  unknown: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z"],
  document: ["M6 3.5h8l4 4V20.5H6z", "M14 3.5v4h4", "M9 12h6M9 15.5h6"],
  interaction: ["M3.5 6h11v7.5h-6l-3 2.5v-2.5h-2z", "M17 9.5h3.5V17h-2v2.5L15.5 17H10v-1"],
  chevron: ["M7 10l5 5 5-5"],
  next: ["M8 5l8 7-8 7z"],
  play: ["M5 5l7 7-7 7z", "M13 5l7 7-7 7z"],
  pause: ["M8 5v14M16 5v14"],
  back: ["M19 12H5M11 6l-6 6 6 6"],
  copy: ["M8.5 8.5h11v11h-11z", "M5 15.5h-.5v-11h11V5"],
  use: ["M12 4v11M7 10.5l5 5 5-5", "M5 20h14"],
  edit: ["M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19z", "M13.5 7l3.5 3.5"],
  dismiss: ["M6 6l12 12M18 6L6 18"],
  again: ["M19 12a7 7 0 1 1-2-5", "M19.5 4v4.5H15"],
  warn: ["M12 4l9 16H3z", "M12 10v4.5M12 17.2v.3"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  half: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M8 12h8"],
  reopen: ["M5 12a7 7 0 1 1 2 5", "M4.5 20v-4.5H9"],
  lock: ["M6.5 11h11v9h-11z", "M9 11V8a3 3 0 0 1 6 0v3"],
  promise: ["M6 20V4", "M6 5h11l-2.5 3.5L17 12H6"],
  loop: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M9.7 9.5a2.4 2.4 0 1 1 3.6 2.1c-.9.5-1.3 1-1.3 2", "M12 16.4v.3"],
  own: ["M4 8l8-4 8 4v8l-8 4-8-4z", "M4 8l8 4 8-4M12 12v8"],
  offer: ["M4 4h8l8 8-8 8-8-8z", "M8.2 8.2h.1"],
  need: ["M12 20s-7.5-4.6-7.5-10A4.2 4.2 0 0 1 12 7.4 4.2 4.2 0 0 1 19.5 10c0 5.4-7.5 10-7.5 10z"],
  quiet: ["M5 12h14"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20.5a7.5 7.5 0 0 1 15 0"],
  bot: ["M5 9h14v10H5z", "M12 5v4M9 13.5v1M15 13.5v1"],
  star: ["M12 4l2.4 5.2 5.6.7-4.1 3.9 1 5.6L12 16.6 7.1 19.4l1-5.6L4 9.9l5.6-.7z"],
  handoff: ["M4 8h13l-3.5-3.5M20 16H7l3.5 3.5"],
  queue: ["M4 6h16M4 12h16M4 18h10"],
  key: ["M9 17a4.5 4.5 0 1 1 3.8-6.9H20v4h-2.5v-1.6h-4.2A4.5 4.5 0 0 1 9 17z", "M8.5 12.5h.1"],
  plus: ["M12 5v14M5 12h14"],
  free: ["M4 11h16v9H4z", "M3 7.5h18V11H3z", "M12 7.5V20", "M12 7.5C9 7.5 7.5 6.5 7.5 5.2 7.5 3 11 3 12 7.5 13 3 16.5 3 16.5 5.2 16.5 6.5 15 7.5 12 7.5z"],
};

/** An icon; hidden from assistive technology unless it gets a label. */
export function icon(name, label) {
  const known = PATHS[name] ?? PATHS.unknown;
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": label ? null : "true", role: label ? "img" : null, "aria-label": label },
    known.map((d) => svg("path", { d })),
  );
}
