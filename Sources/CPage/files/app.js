// The page: which chat is open, who speaks, and what the simulator reports.

import { Abandoned, act, follow, newestTraffic, post, startReadingAgain } from "./api.js";
import { ask, byID, el, nameOf, toast } from "./dom.js";
import { Chats } from "./chats.js";
import { Commands } from "./commands.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { link } from "./text.js";
import { Traffic } from "./traffic.js";
import { Voice } from "./voice.js";

// The least time between two refreshes.
const pace = 120;

// Created with the first message.
const firstUser = { username: "ada", first_name: "Ada" };

const app = {
  me: firstUser,

  get myName() { return nameOf(this.me); },
  get bot() { return this.conversation.overview?.bot ?? this.knownBot; },

  // Acts as the current user, by default in the open chat. Returns null after an error, which is shown.
  async act(action, parameters, files, place) {
    await this.untilLoaded();
    const all = { ...(place ?? this.conversation.place), ...parameters };
    const done = await this.report(() => act(this.me.id ?? this.me.username, action, all, files));
    if (!this.me.id || this.conversation.chat === null) await this.findMe();
    this.refreshSoon();
    return done;
  },

  attempt(path, parameters) { return this.report(() => post(path, parameters)); },

  async report(request) {
    try {
      return await request() ?? true;
    } catch (error) {
      toast(error.message, "error");
      return null;
    }
  },

  async untilLoaded() {
    for (let seen; seen !== this.loading;) {
      seen = this.loading;
      await seen.catch(() => {});
    }
  },

  // After the first action of a new user, or of one who hasn't written to this bot.
  async findMe() {
    try {
      await this.chats.refresh();
    } catch {
      // The bot is gone, or the simulator: the next news tells.
      return;
    }
    const { id, username } = this.me;
    const me = this.chats.people.find((one) => id ? one.id === id : one.username === username);
    if (!me) return;
    this.me = me;
    if (!this.conversation.chat && this.chats.knows(me.id)) this.open(me.id);
  },

  open(chat) {
    this.enter(chat);
    show("conversation");
  },

  enter(chat) {
    const person = this.chats.person(chat);
    if (person) this.me = person;
    if (chat !== this.conversation.chat) this.show(chat);
    this.chats.read(chat);
    this.chats.draw();
    this.traffic.filter();
    sessionStorage.setItem("open", JSON.stringify([chat, this.me.id]));
    this.conversation.refresh().catch(() => {});
  },

  // Shows another chat: what was begun for the one before is dropped, except for the text.
  show(chat) {
    this.conversation.open(chat);
    this.composer.leave();
    this.commands.draw([]);
    this.voice.finish(false);
  },

  // In a private chat, another user has another chat.
  speakAs(person) {
    if (!person) return;
    this.me = person;
    if (this.conversation.chat === null || this.conversation.chat > 0) {
      if (this.chats.knows(person.id)) return this.open(person.id);
      this.show(null);
    }
    this.chats.draw();
    this.conversation.draw();
    this.refreshSoon();
    byID("text").focus();
  },

  // Refreshes one after the other, so that no older state is shown after a newer one.
  async refreshSoon() {
    this.isStale = true;
    if (this.isRefreshing) return;
    this.isRefreshing = true;
    while (this.isStale) {
      await new Promise((resolve) => setTimeout(resolve, pace - (Date.now() - (this.refreshed ?? 0))));
      this.isStale = false;
      this.refreshed = Date.now();
      // Fails if the chat is gone, or the simulator: the next news tells.
      await Promise.allSettled([this.conversation.refresh(), this.chats.refresh()]);
    }
    this.isRefreshing = false;
  },

  // MARK: news

  // Entries of all bots. In a group, each bot's actions are seen.
  take(entries, isNew = true) {
    const last = entries.findLastIndex((entry) => entry.reset);
    if (isNew && last >= 0) {
      // The bot may be gone, too: everything is loaded again.
      startReadingAgain();
      throw new Abandoned("a reset");
    }
    const current = entries.slice(last + 1);
    for (const entry of current) {
      if (entry.action) this.note(entry.action, entry.bot, isNew);
      else if (entry.update) this.noteUpdate(entry.update, entry.bot, isNew);
    }
    this.traffic.add(current.filter((entry) => this.isOfBot(entry.bot)));
    // The lines of the bot's program change no chat.
    if (isNew && entries.some((entry) => !entry.event && !entry.line)) this.refreshSoon();
  },

  // Whether the page shows a bot; a private chat has the same id for each.
  isOfBot(bot) { return bot === undefined || bot === this.chats.bot; },
  isShown(chat, bot) { return chat < 0 || this.isOfBot(bot); },

  noteUpdate(update, bot, isNew) {
    const message = update.message ?? update.edited_message ?? update.channel_post;
    if (message && this.isShown(message.chat?.id, bot)) this.chats.note(message, isNew);
  },

  note(action, bot, isNew) {
    const isShown = this.isShown(action.chat_id, bot);
    if (action.kind === "message" && isShown) this.chats.note(action.message, isNew);
    if (!isNew) return;
    if (isShown) this.conversation.note(action, bot);
    if (action.user_id !== this.me.id) return;
    if (action.kind === "callback_answer") this.showAnswer(action.answer);
    if (action.kind === "inline_results") this.composer.takeInlineResults(list(action.answer.results), bot);
  },

  showAnswer({ text, show_alert: isAlert, url }) {
    if (url) ask("The bot opens a link", el("p", {}, link(url, url)));
    else if (text && String(isAlert) === "true") ask(text, null);
    else if (text) toast(text);
  },

  startAgain() {
    this.me = firstUser;
    this.chats.clear();
    this.traffic.clear();
    this.show(null);
  },
};

// An array, which the bot may have sent as text.
function list(value) {
  if (Array.isArray(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return [];
  }
}

// On a narrow screen, one pane is shown.
function show(pane) { document.body.dataset.pane = pane; }

for (const node of document.querySelectorAll("[data-show]")) {
  node.addEventListener("click", () => show(node.dataset.show));
}

app.traffic = new Traffic(app);
app.composer = new Composer(app);
app.chats = new Chats(app);
app.commands = new Commands(app);
app.voice = new Voice(app);
app.conversation = new Conversation(app);

// Loads everything, also after a lost connection: it may be another simulator. Returns the number of the newest traffic.
async function load() {
  await app.chats.findBot();
  app.chats.drawBots();
  const [before] = await Promise.all([newestTraffic(300), app.chats.refresh()]);
  app.startAgain();
  app.take(before.result, false);
  const [chat, me] = JSON.parse(sessionStorage.getItem("open") ?? "[]");
  const open = app.chats.knows(chat) ? chat : app.chats.people.map((one) => one.id).find((id) => app.chats.knows(id));
  app.me = app.chats.person(me) ?? app.chats.people[0] ?? app.me;
  if (open !== undefined) app.enter(open);
  app.chats.draw();
  return before.last;
}

async function run() {
  for (;;) {
    try {
      app.loading = load();
      const last = await app.loading;
      document.body.classList.remove("offline");
      if (!document.body.dataset.ready) byID("text").focus();
      document.body.dataset.ready = "true";
      await follow(last, (entries) => app.take(entries));
    } catch (error) {
      if (error instanceof Abandoned) continue;
      document.body.classList.add("offline");
      app.conversation.setActivity(error.message);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

run();
