// An article's Markdown as plain lines that people read; the API keeps the words as they stand.

const RULE = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$/;

/** Tables as "Name: value" lines, lists with bullets, no marks and no link addresses. */
export function readable(text) {
  const lines = String(text ?? "").split("\n");
  const out = [];
  let head = null;
  lines.forEach((line, n) => {
    const cells = row(line);
    if (!cells) head = null;
    if (cells && RULE.test(line)) return;
    if (!cells) out.push(spoken(line));
    else if (lines[n + 1] !== undefined && RULE.test(lines[n + 1])) head = cells;
    else out.push(told(cells, head));
  });
  return out.join("\n").replace(/\n{3,}/g, "\n\n").trim();
}

/** The cells of a table's row, or null for any other line. */
function row(line) {
  const bare = line.trim();
  if (!bare.startsWith("|") && !RULE.test(bare)) return null;
  return bare.replace(/^\||\|$/g, "").split("|").map((cell) => spoken(cell.trim()));
}

function told([first, ...rest], head) {
  if (!rest.length) return first;
  if (rest.length === 1) return `${first}: ${rest[0]}`;
  const named = rest.map((cell, n) => (head?.[n + 1] ? `${head[n + 1]} ${cell}` : cell));
  return `${first}: ${named.join(", ")}`;
}

/** A line without marks; what is no pair of marks stays: "2 * 3", "snake_case". */
function spoken(line) {
  return line
    .replace(/^(\s*)#{1,6}\s+/, "$1").replace(/^(\s*)>\s?/, "$1").replace(/^(\s*)[-*+]\s+/, "$1• ")
    .replace(/!?\[([^\]]*)\]\([^)\s]*\)/g, "$1").replace(/`([^`]+)`/g, "$1")
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replace(/(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])/g, "$1")
    .replace(/(?<![\w_])_(?=[^\s_])([^_]+?)(?<=[^\s_])_(?![\w_])/g, "$1");
}
