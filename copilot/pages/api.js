// Talks to the API: the key, problem details in words, and server-sent events over POST.

const SLOT = "continuum.key";
let key = null;

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail || FALLBACK[status] || `The server answered ${status}.`);
    this.status = status;
    this.code = body?.code || "unknown";
    this.requestId = body?.request_id;
  }
}

const FALLBACK = {
  0: "The server does not answer. Is it still running?",
  401: "An API key is needed.",
  403: "This key may not do that.",
  404: "There is no such thing here.",
  413: "That is too much text for one request.",
  429: "Too many requests; wait a moment.",
  503: "The server is not ready yet; try again in a moment.",
};

/** Gets a key: the demo gives one away, else the one that was typed in. Returns the mode. */
export async function open() {
  try {
    const session = await request("POST", "/demo/session");
    key = session.key;
    return "demo";
  } catch (problem) {
    if (problem.status === 0) throw problem;
    key = sessionStorage.getItem(SLOT);
    return key ? "key" : "closed";
  }
}

/** Tries a typed key and keeps it for this tab. Raises Problem. */
export async function useKey(typed) {
  const before = key;
  key = typed;
  try {
    await get("/v1/customers?limit=1");
    sessionStorage.setItem(SLOT, typed);
  } catch (problem) {
    key = before;
    throw problem;
  }
}

export function forgetKey() {
  key = null;
  sessionStorage.removeItem(SLOT);
}

export const get = (path, options) => request("GET", path, undefined, options);
export const post = (path, body, options) => request("POST", path, body ?? {}, options);

async function request(method, path, body, { signal } = {}) {
  const response = await reach(path, {
    method, signal, headers: headers(body),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Problem(response.status, await json(response));
  return response.status === 204 ? null : response.json();
}

/** Sends a body and calls `on[event](data)` for each event of the answer. */
export async function stream(path, body, { signal, on }) {
  const response = await reach(path, {
    method: "POST", signal, headers: { ...headers(body), Accept: "text/event-stream" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Problem(response.status, await json(response));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value.replaceAll("\r\n", "\n");
    const blocks = buffer.split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) dispatch(block, on);
  }
}

function dispatch(block, on) {
  let name = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  if (!data.length) return;
  const body = JSON.parse(data.join("\n"));
  if (name === "error") throw new Problem(body.status, body);
  on[name]?.(body);
}

async function reach(path, options) {
  try {
    return await fetch(path, { credentials: "omit", cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0);
  }
}

function headers(body) {
  const all = {};
  if (key) all.Authorization = `Bearer ${key}`;
  if (body !== undefined) all["Content-Type"] = "application/json";
  return all;
}

async function json(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
