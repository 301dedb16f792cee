// The traffic between the bot, its program and Telegram, as JSON with times; and faults for the bot's calls.

import { get, post, remove } from "./api.js";
import { bdi, byID, el, toast } from "./dom.js";

const shownLimit = 500;
const untilOff = 1_000_000_000;

const arrows = {
  update: ["→", "to the bot"], call: ["←", "from the bot"],
  event: ["⇢", "to the bot's program"], printed: ["⇠", "from the bot's program"],
};

const faults = [
  { name: "429", title: "Rate limit: calls fail with 429, retry after 3 s", order: { fault: "too_many_requests", retry_after: 3 } },
  { name: "502", title: "Bad gateway: a proxy answers with 502", order: { fault: "html", status: 502 } },
  { name: "Lost answer", title: "Calls are carried out, but the connection closes without an answer", order: { fault: "close_after" } },
  { name: "Slow", title: "Answers come 2 s later", order: { fault: "delay", delay: 2 } },
];

export class Traffic {
  constructor(app) {
    this.app = app;
    this.list = byID("entries");
    this.asked = new Map();
    this.given = new Map();
    for (const id of ["only-chat", "program-lines"]) byID(id).addEventListener("change", () => this.filter());
    byID("faults").replaceChildren("Faults: ", ...faults.map((fault) => this.switchFor(fault)));
    this.drawFaults();
  }

  clear() {
    this.list.replaceChildren();
    this.asked.clear();
    this.given.clear();
    this.drawFaults();
  }

  // Adds entries: {"id":…,"at":…,"update":…}, or "call", or "event" or "line" of the bot's program.
  add(entries) {
    const lines = entries.slice(-2 * shownLimit).map((entry) => this.drawn(entry)).filter(Boolean).slice(-shownLimit);
    if (!lines.length) return;
    for (const line of lines) this.filterLine(line);
    const isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    this.list.append(...lines);
    while (this.list.childElementCount > shownLimit) this.list.firstElementChild.remove();
    if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
    if (entries.some((entry) => entry.call?.fault)) this.drawFaults();
  }

  drawn(entry) {
    try {
      if (entry.update) return this.update(entry);
      if (entry.call) return this.call(entry);
      if (entry.event || entry.line) return this.program(entry);
    } catch {
      // Not an update or a call that a bot can read.
    }
    return null;
  }

  // A line on the stdin or stdout of the bot's program.
  program({ at, event, line }) {
    byID("program").hidden = false;
    const { scope, chat_id: chat, json, text } = event ?? line;
    if (event) this.given.set(scope, at);
    const since = line && this.given.has(scope) ? `+${at - this.given.get(scope)} ms` : "";
    const shown = json?.type ?? text ?? JSON.stringify(json);
    const facts = el("span.fact", { title: "The program's scope; time since the scope's last event" }, bdi(scope), ` ${since}`);
    return this.line(event ? "event" : "printed", at, chat, [el("span.what", { dir: "auto" }, String(shown).slice(0, 80)), facts],
      () => [this.json(event ? "To the program" : "From the program", json ?? text)]);
  }

  update({ at, update }) {
    const kind = Object.keys(update).find((key) => key !== "update_id") ?? "update";
    const chat = chatOf(update[kind]);
    this.asked.set(chat, at);
    return this.line("update", at, chat, [el("span.what", {}, kind), el("span.fact", {}, `update ${update.update_id}`)],
      () => [this.json("Update", update)]);
  }

  call({ at, call, ms }) {
    // The parameter may be a channel's name.
    const chat = call.result?.chat?.id ?? (Number(call.parameters?.chat_id) || undefined);
    const asked = this.asked.get(chat);
    const since = asked === undefined ? "" : ` +${at - asked} ms`;
    const { method, parameters, files, ok, ...answer } = call;
    const verdict = ok === undefined ? "no answer" : ok ? "ok" : String(call.error_code);
    const facts = [
      el(`span.verdict${ok ? ".good" : ".bad"}`, {}, verdict), call.fault && el("span.verdict.bad", {}, String(call.fault)),
      el("span.fact", { title: "Time until the answer; time since the chat's last update" }, `${ms} ms${since}`),
    ];
    return this.line("call", at, chat, [el("span.what", {}, method), facts],
      () => [this.json("Call", { method, parameters, ...(files ? { files } : {}) }),
        this.json(`Answer after ${ms} ms`, ok === undefined ? answer : { ok, ...answer })]);
  }

  line(kind, at, chat, summary, body) {
    const details = el("details", {}, el("summary", {},
      el("span.arrow", { role: "img", "aria-label": arrows[kind][1] }, arrows[kind][0]),
      summary, el("time", {}, time(at))));
    details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(...body()));
    return el(`li.${kind}`, { "data-chat": chat }, details);
  }

  json(title, value) {
    return el("figure", {}, el("figcaption", {}, title), el("pre.json", { tabindex: 0 }, this.pretty(value)));
  }

  // JSON in which no character changes the direction of the lines.
  pretty(value) {
    return JSON.stringify(value, null, 2).replace(/[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  }

  filter() {
    for (const line of this.list.children) this.filterLine(line);
    this.list.scrollTop = this.list.scrollHeight;
  }

  filterLine(line) {
    const isOther = byID("only-chat").checked && line.dataset.chat !== String(this.app.conversation.chat);
    line.hidden = isOther || (!byID("program-lines").checked && ["event", "printed"].includes(line.className));
  }

  // MARK: faults

  switchFor(fault) {
    fault.node = el("button", {
      type: "button", role: "switch", "aria-checked": "false", title: fault.title,
      onclick: async () => {
        const isOn = fault.node.getAttribute("aria-checked") === "true";
        try {
          await (isOn ? this.turnOff(fault) : post("faults", { ...fault.order, method: "calls", times: untilOff }));
        } catch (error) {
          toast(error.message, "error");
        }
        this.drawFaults();
      },
    }, fault.name);
    return fault.node;
  }

  async turnOff(fault) {
    const others = (await get("faults")).filter((order) => !isOrder(order, fault));
    await remove("faults");
    for (const order of others) await post("faults", order);
  }

  async drawFaults() {
    const orders = await get("faults").catch(() => []);
    for (const fault of faults) {
      fault.node.setAttribute("aria-checked", String(orders.some((order) => isOrder(order, fault))));
    }
  }
}

// Whether a pending order is that of a switch.
function isOrder(order, fault) {
  if (order.method !== "calls") return false;
  if (fault.name === "429") return order.fault === "error" && order.error_code === 429;
  return order.fault === fault.order.fault;
}

function chatOf(payload) {
  return payload?.chat?.id ?? payload?.message?.chat?.id ?? payload?.from?.id ?? payload?.user?.id;
}

function time(at) {
  const date = new Date(at);
  const pad = (number, width = 2) => String(number).padStart(width, "0");
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}
