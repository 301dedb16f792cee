// Requests to the simulator.

export class Refused extends Error {}

// The bot that the page shows; null for the first.
let shownBot = null;

export function showBot(id) { shownBot = id; }

async function request(method, path, options = {}) {
  const url = new URL(`/simulator/${path}`, location.href);
  if (shownBot !== null && path !== "bots") url.searchParams.set("bot", shownBot);
  const response = await fetch(url, { method, ...options }).catch(() => {
    throw new Error("no connection to the simulator");
  });
  const answer = await response.json();
  if (!answer.ok) throw new Refused(answer.description);
  return answer;
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

// Acts as a user. `files` are the file parameters by name.
export async function act(person, action, parameters, files) {
  const path = `users/${encodeURIComponent(person)}/${action}`;
  if (!files) return post(path, parameters);
  const form = new FormData();
  for (const [name, value] of Object.entries(parameters)) {
    form.append(name, typeof value === "object" ? JSON.stringify(value) : value);
  }
  for (const [name, file] of Object.entries(files)) form.append(name, file, file.name);
  return (await request("POST", path, { body: form })).result;
}

export const fileURL = (id) => `/simulator/files/${encodeURIComponent(id)}`;

// Calls `take` with each batch of traffic after `last`, until the connection is lost.
export async function follow(last, take) {
  for (;;) {
    const answer = await request("GET", `traffic?after=${last}&timeout=25`);
    last = answer.last;
    if (answer.result.length) take(answer.result);
  }
}

export async function newestTraffic(count) {
  return request("GET", `traffic?newest=${count}`);
}
