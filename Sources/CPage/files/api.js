// Requests to the simulator.

export class Refused extends Error {}

// An answer that came too late: the page shows another bot now.
export class Abandoned extends Error {}

// The bot that the page shows; null for the first.
let shownBot = null;
// Ends the reading requests when another bot is shown: their answers are about the one before.
let reading = new AbortController();

export function showBot(id) {
  if (id === shownBot) return;
  shownBot = id;
  startReadingAgain();
}

export function startReadingAgain() {
  reading.abort();
  reading = new AbortController();
}

// `bot` is another one than the shown one; null for all.
async function request(method, path, { bot = shownBot, ...options } = {}) {
  const url = new URL(`/simulator/${path}`, location.href);
  if (bot !== null && path !== "bots") url.searchParams.set("bot", bot);
  const signal = method === "GET" ? reading.signal : undefined;
  try {
    const response = await fetch(url, { method, signal, ...options });
    const answer = await response.json();
    if (answer.ok) return answer;
    throw new Refused(answer.description);
  } catch (error) {
    if (signal?.aborted) throw new Abandoned("another bot is shown");
    throw error instanceof Refused ? error : new Error("no connection to the simulator");
  }
}

export async function get(path) {
  return (await request("GET", path)).result;
}

export async function post(path, parameters = {}) {
  return (await request("POST", path, { body: JSON.stringify(parameters) })).result;
}

export async function remove(path) {
  return (await request("DELETE", path)).result;
}

// Acts as a user. `files` are the file parameters by name; `bot` is another one than the shown one.
export async function act(person, action, { bot, ...parameters }, files) {
  const path = `users/${encodeURIComponent(person)}/${action}`;
  if (!files) return (await request("POST", path, { bot, body: JSON.stringify(parameters) })).result;
  const form = new FormData();
  for (const [name, value] of Object.entries(parameters)) {
    form.append(name, typeof value === "object" ? JSON.stringify(value) : value);
  }
  for (const [name, file] of Object.entries(files)) form.append(name, file, file.name);
  return (await request("POST", path, { bot, body: form })).result;
}

export const fileURL = (id) => `/simulator/files/${encodeURIComponent(id)}`;

// Calls `take` with each batch of all bots' traffic after `last`, until the connection is lost or another bot is shown.
export async function follow(last, take) {
  for (;;) {
    const answer = await request("GET", `traffic?after=${last}&timeout=25`, { bot: null });
    last = answer.last;
    if (answer.result.length) take(answer.result);
  }
}

// The newest traffic of the shown bot, and of all.
export async function newestTraffic(count) {
  const [own, all] = await Promise.all([undefined, null].map((bot) => request("GET", `traffic?newest=${count}`, { bot })));
  const last = Math.min(own.last, all.last);
  const entries = new Map([...all.result, ...own.result].map((entry) => [entry.id, entry]));
  return { last, result: [...entries.values()].filter((entry) => entry.id <= last).sort((a, b) => a.id - b.id) };
}
