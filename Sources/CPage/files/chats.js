// The list of chats and users.

import { get, showBot } from "./api.js";
import { arrange, ask, bdi, button, byID, chatName, el, field, hue, nameOf } from "./dom.js";
import { summary } from "./contents.js";

export class Chats {
  constructor(app) {
    this.app = app;
    this.people = [];
    this.all = [];
    this.latest = new Map();
    this.bots = [];
    byID("new").addEventListener("click", () => this.create());
    byID("as").addEventListener("change", () => app.speakAs(this.people.find((one) => String(one.id) === byID("as").value)));
    byID("bot").addEventListener("change", () => this.chooseBot(byID("bot").value));
  }

  async refresh() {
    [this.people, this.all, this.bots] = await Promise.all([get("users"), get("chats"), get("bots")]);
    this.draw();
  }

  // Shows the bot that was chosen last, or the first one.
  async findBot() {
    this.bots = await get("bots");
    const chosen = this.bots.find((one) => String(one.id) === sessionStorage.getItem("bot"));
    this.show((chosen ?? this.bots[0]).id);
  }

  show(bot) {
    this.bot = bot;
    showBot(bot);
  }

  // Another bot has other private chats, updates and calls: the page loads everything again.
  chooseBot(id) {
    sessionStorage.setItem("bot", id);
    this.show(Number(id));
  }

  // The bot that a text such as "@demo_bot words" begins with.
  botNamed(text) {
    const name = /^@(\w+) /.exec(text)?.[1].toLowerCase();
    return name && this.bots.find((one) => one.username?.toLowerCase() === name);
  }

  person(id) { return this.people.find((one) => one.id === id); }
  knows(chat) { return this.all.some((one) => one.id === chat); }

  clear() { this.latest.clear(); }

  // Remembers the newest message of a chat, for its preview.
  note(message, isNew) {
    const chat = message?.chat?.id;
    if (chat === undefined) return;
    const before = this.latest.get(chat);
    const isUnread = isNew && message.from?.is_bot && chat !== this.app.conversation.chat;
    this.latest.set(chat, { text: String(summary(message)), unread: (before?.unread ?? 0) + (isUnread ? 1 : 0), order: (this.order = (this.order ?? 0) + 1) });
  }

  read(chat) {
    const latest = this.latest.get(chat);
    if (latest) latest.unread = 0;
  }

  draw() {
    const open = this.app.conversation.chat;
    const order = (chat) => this.latest.get(chat.id)?.order ?? 0;
    const sorted = [...this.all].sort((a, b) => order(b) - order(a) || a.id - b.id);
    const list = byID("chat-list");
    const old = new Map([...list.children].map((node) => [node.dataset.id, node]));
    arrange(list, sorted.map((chat) => this.item(chat, open, old.get(String(chat.id)))));
    this.drawPeople();
    this.drawBots();
  }

  drawBots() {
    const state = JSON.stringify(this.bots);
    const select = byID("bot");
    if (select.dataset.state !== state) {
      select.dataset.state = state;
      byID("bots").hidden = this.bots.length < 2;
      select.replaceChildren(...this.bots.map((one) => el("option", { value: one.id }, nameOf(one))));
    }
    select.value = this.bot;
  }

  item(chat, open, old) {
    const latest = this.latest.get(chat.id) ?? { text: "", unread: 0 };
    const state = JSON.stringify([chat, latest.text, latest.unread, chat.id === open]);
    if (old?.dataset.state === state) return old;
    const name = chatName(chat);
    const node = button([
      el(`span.avatar.${hue(chat.id)}`, { "aria-hidden": "true" }, [...name][0] ?? "?"),
      el("span.name", {}, bdi(name), chat.is_forum && el("span.badge", {}, "forum"), chat.type === "channel" && el("span.badge", {}, "channel")),
      el("span.preview", { dir: "auto" }, latest.text),
      latest.unread > 0 && el("span.unread", {}, latest.unread, el("span.hidden", {}, " unread")),
    ], () => this.app.open(chat.id), { "aria-current": chat.id === open ? "true" : null });
    const item = old ?? el("li", { "data-id": chat.id });
    const hadFocus = item.contains(document.activeElement);
    item.dataset.state = state;
    item.replaceChildren(node);
    if (hadFocus) node.focus();
    return item;
  }

  drawPeople() {
    const { me } = this.app;
    const people = me.id ? this.people : [me, ...this.people];
    const state = JSON.stringify([people, me.id]);
    const select = byID("as");
    if (select.dataset.state === state) return;
    select.dataset.state = state;
    select.replaceChildren(...people.map((one) => {
      const option = el("option", { value: one.id ?? "" }, nameOf(one));
      option.selected = one.id === me.id;
      return option;
    }));
  }

  async create() {
    const kinds = { person: "Person", group: "Group", forum: "Forum (a group with topics)", channel: "Channel", bot: "Bot" };
    const given = await ask("New", [
      el("fieldset", {}, el("legend", {}, "Kind"), Object.entries(kinds).map(([value, label], index) =>
        el("label", {}, el("input", { type: "radio", name: "kind", value, checked: index === 0 }), ` ${label}`))),
      field("Name", "name", { required: true, maxlength: 64 }),
      field("Username (optional)", "username", { maxlength: 32 }),
    ], "Create");
    if (!given) return;
    const username = given.username.replace(/^@/, "");
    const extra = username ? { username } : {};
    if (given.kind === "person") {
      const person = await this.app.attempt("users", { first_name: given.name, ...extra });
      if (!person) return;
      await this.refresh();
      return this.app.speakAs(person);
    }
    if (given.kind === "bot") {
      const bot = await this.app.attempt("bots", { first_name: given.name, ...extra });
      if (!bot) return;
      await this.refresh();
      await ask("A new bot", el("p", {}, "Its token: ", el("code", {}, bot.token)));
      return this.chooseBot(bot.id);
    }
    const chat = await this.app.act(given.kind === "channel" ? "createChannel" : "createGroup",
      { title: given.name, is_forum: given.kind === "forum", ...extra }, null, {});
    if (!chat) return;
    await this.refresh();
    this.app.open(chat.id);
  }

  async newTopic() {
    const given = await ask("New topic", field("Name", "name", { required: true, maxlength: 128 }), "Create");
    if (given) await this.app.act("createForumTopic", { name: given.name });
  }
}
