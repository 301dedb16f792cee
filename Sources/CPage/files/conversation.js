// The open chat: its newest messages, older ones on scrolling up, the bot's activity and drafts.

import { Actions } from "./actions.js";
import { get } from "./api.js";
import { arrange, byID, button, chatName, el, nameOf, refill, replace, toast } from "./dom.js";
import { richSource } from "./contents.js";
import { bubble, draft, unreadable } from "./message.js";

const page = 50;
// The most messages that stay loaded while the newest are shown.
const loadedLimit = 300;

export class Conversation {
  constructor(app) {
    this.app = app;
    this.list = byID("messages");
    this.nodes = new Map();
    this.drafts = new Map();
    this.actions = new Actions(app);
    this.list.addEventListener("scroll", () => {
      // Only scrolling up leaves the end: what is below may also have grown.
      const moved = this.list.scrollTop - (this.lastTop ?? 0);
      this.lastTop = this.list.scrollTop;
      this.staysAtEnd = this.isAtEnd || (this.staysAtEnd && moved >= 0);
      if (this.list.scrollTop < 200) this.loadOlder();
    });
    // A keyboard of the bot takes room, and so do pictures once they are loaded.
    new ResizeObserver(() => this.keepAtEnd()).observe(this.list);
    this.list.addEventListener("load", () => this.keepAtEnd(), true);
    this.list.addEventListener("keydown", (event) => this.moveFocus(event));
    this.open(null);
  }

  open(chat) {
    this.chat = chat;
    this.topic = null;
    this.overview = null;
    this.first = 0;
    this.nodes.clear();
    this.actions.clear();
    for (const { timer } of this.drafts.values()) clearTimeout(timer);
    this.drafts.clear();
    this.list.replaceChildren();
    this.albums = null;
    this.list.setAttribute("aria-busy", Boolean(chat));
    this.setActivity("");
    this.staysAtEnd = true;
    byID("topics").hidden = true;
    byID("title").replaceChildren(el("bdi", {}, chat ? "" : `Write to the bot as ${this.app.myName}`));
  }

  get isAtEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
  }

  keepAtEnd() {
    if (this.staysAtEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  // Loads the messages as they are now: the newest, or all from the first one that is shown.
  async refresh() {
    if (!this.chat) return;
    if (this.staysAtEnd && this.nodes.size > loadedLimit) this.first = 0;
    const { chat, first } = this;
    const window = first ? `from=${first}&limit=10000` : `limit=${page}`;
    const overview = await get(`chats/${chat}?${window}${this.user}`);
    if (chat !== this.chat) return;
    // Older messages were loaded meanwhile, and this answer lacks them.
    if (first !== this.first || this.isLoading) return this.app.refreshSoon();
    this.overview = overview;
    this.first = overview.messages[0]?.message_id ?? 0;
    this.draw();
  }

  // The parameter for things that differ by user.
  get user() { return this.app.me.id ? `&user_id=${this.app.me.id}` : ""; }

  async loadOlder() {
    if (this.isLoading || !this.overview?.has_earlier) return;
    this.isLoading = true;
    try {
      const chat = this.chat;
      const older = await get(`chats/${chat}?before=${this.first}&limit=${page}${this.user}`).catch(() => null);
      if (!older || chat !== this.chat || !older.messages.length) return;
      const { messages, reactions, votes, paid } = this.overview;
      this.overview = {
        ...this.overview, has_earlier: older.has_earlier, messages: [...older.messages, ...messages],
        reactions: [...older.reactions, ...reactions], votes: [...older.votes, ...votes], paid: [...older.paid, ...paid],
      };
      this.first = older.messages[0].message_id;
      this.draw();
    } finally {
      this.isLoading = false;
    }
  }

  draw() {
    if (!this.overview) return;
    const { chat, members, topics } = this.overview;
    byID("title").replaceChildren(el("bdi", {}, chatName(chat)), el("small", {}, subtitle(chat, members)));
    this.drawTopics(chat, topics);
    this.list.classList.toggle("private", chat.type === "private");
    const [height, top] = [this.list.scrollHeight, this.list.scrollTop];
    const hadOlder = this.list.firstElementChild?.dataset.id;
    const nodes = [...this.grouped(), ...[...this.drafts.values()].map((one) => one.node)];
    if (nodes[0]?.dataset.id !== hadOlder) this.silence();
    const hadFocus = this.list.contains(document.activeElement);
    arrange(this.list, nodes);
    // The message with the focus was deleted.
    if (hadFocus && !this.list.contains(document.activeElement)) this.list.focus({ preventScroll: true });
    this.keepAtEnd();
    if (!this.staysAtEnd && hadOlder && this.list.firstElementChild?.dataset.id !== hadOlder) {
      this.list.scrollTop = top + this.list.scrollHeight - height;
    }
    this.list.setAttribute("aria-busy", "false");
    this.app.composer.drawKeyboard(this.overview.keyboard);
    this.app.commands.draw(this.overview.commands, this.overview.menu_button);
  }

  // A screen reader announces new messages, not old ones that are loaded.
  silence() {
    this.list.setAttribute("aria-live", "off");
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.list.setAttribute("aria-live", "polite"), 1000);
  }

  // The messages' nodes; those of an album in a group.
  grouped() {
    const shown = this.overview.messages.filter((message) => this.isInTopic(message));
    const kept = new Map();
    const groups = [];
    for (const message of shown) {
      const node = this.node(message, kept);
      const album = message.media_group_id;
      if (!album) {
        groups.push({ node });
      } else if (groups.at(-1)?.album === album) {
        groups.at(-1).nodes.push(node);
      } else {
        groups.push({ album, nodes: [node] });
      }
    }
    this.nodes = kept;
    this.albums = new Map(groups.filter((group) => group.album).map(({ album, nodes }) => {
      const node = this.albums?.get(album) ?? el("div.album", { role: "group", "aria-label": "Album" });
      node.dataset.id = nodes[0].dataset.id;
      node.classList.toggle("own", nodes[0].classList.contains("own"));
      arrange(node, nodes);
      return [album, node];
    }));
    return groups.map((group) => group.node ?? this.albums.get(group.album));
  }

  isInTopic(message) {
    if (this.topic === null) return true;
    const thread = message.is_topic_message ? message.message_thread_id : message.direct_messages_topic?.topic_id ?? 0;
    return thread === this.topic;
  }

  // The node of a message: the one before, if nothing about it changed.
  node(message, kept) {
    const id = message.message_id;
    const of = (list) => list.filter((one) => one.message_id === id);
    const me = this.app.me.id;
    const isPaid = this.overview.paid.includes(id);
    const view = { me, isOwn: message.from?.id === me, isPaid, reactions: of(this.overview.reactions) };
    const votes = of(this.overview.votes).find((vote) => vote.user_id === me)?.option_ids ?? [];
    const state = JSON.stringify([message, view, votes]);
    const old = this.nodes.get(id);
    if (old?.state === state) {
      kept.set(id, old);
      return old.node;
    }
    const node = this.drawn(message, view, votes);
    if (old) {
      keepOpen(old.node, node);
      replace(old.node, node);
    }
    kept.set(id, { node, state });
    return node;
  }

  drawn(message, view, votes) {
    try {
      return bubble(message, view, this.actions.of(message, votes));
    } catch {
      return unreadable(message);
    }
  }

  show(id) {
    const node = this.nodes.get(id)?.node;
    if (!node) return toast("That message isn't loaded: scroll up to it");
    node.scrollIntoView({ block: "center" });
    node.focus();
  }

  drawTopics(chat, topics) {
    const bar = byID("topics");
    bar.hidden = !chat.is_forum && !chat.is_direct_messages;
    if (bar.hidden) return;
    const tab = (name, topic) => button(el("bdi", {}, name), () => {
      this.topic = topic;
      this.draw();
      this.list.scrollTop = this.list.scrollHeight;
    }, { "aria-pressed": String(this.topic === topic) });
    const state = JSON.stringify([topics, this.topic, chat.id]);
    if (bar.dataset.state === state) return;
    bar.dataset.state = state;
    refill(bar, [tab("All", null), tab("General", 0), ...topics.map((topic) => tab(topic.name, topic.message_thread_id)),
      chat.is_forum ? button("New topic…", () => this.app.chats.newTopic()) : ""], this.list);
  }

  // The topic's parameters for a message of the current user.
  get place() {
    const chat = this.chat ? { chat_id: this.chat } : {};
    if (!this.topic) return chat;
    const key = this.overview.chat.is_direct_messages ? "direct_messages_topic_id" : "message_thread_id";
    return { ...chat, [key]: this.topic };
  }

  setActivity(text, bot = null) {
    this.active = bot;
    clearTimeout(this.activityTimer);
    if (byID("activity").textContent !== text) byID("activity").textContent = text;
    if (text) this.activityTimer = setTimeout(() => this.setActivity(""), 5500);
  }

  // Shows an action of a bot that leaves no message.
  note(action, bot) {
    if (action.chat_id !== this.chat) return;
    if (action.kind === "action") {
      const name = nameOf(this.app.chats.bots.find((one) => one.id === bot)) || "The bot";
      this.setActivity(`${name}: ${String(action.action).replaceAll("_", " ")}…`, bot);
    } else if (action.kind === "draft") {
      this.showDraft(action, bot);
    } else if (action.kind === "message") {
      if (this.active === bot) this.setActivity("");
      for (const [key, draft] of [...this.drafts]) if (draft.bot === bot) this.endDraft(key);
    }
  }

  showDraft(parameters, bot) {
    const key = `${bot}:${parameters.draft_id}`;
    const stop = parameters.can_stop && (() => this.app.act("stopDraft", { draft_id: parameters.draft_id, bot }).then(() => this.endDraft(key)));
    const node = draft(String(parameters.text ?? richSource(parameters.rich_message)), stop);
    const old = this.drafts.get(key);
    if (old) {
      clearTimeout(old.timer);
      old.node.replaceWith(node);
    } else {
      this.list.append(node);
    }
    this.drafts.set(key, { node, bot, timer: setTimeout(() => this.endDraft(key), 30_000) });
    this.keepAtEnd();
  }

  endDraft(key) {
    this.drafts.get(key)?.node.remove();
    clearTimeout(this.drafts.get(key)?.timer);
    this.drafts.delete(key);
  }

  moveFocus(event) {
    if (!["ArrowUp", "ArrowDown", "Enter"].includes(event.key) || event.target.matches("audio, video, pre")) return;
    const all = [...this.list.querySelectorAll("article[data-id]")];
    const index = all.indexOf(event.target.closest("article[data-id]"));
    if (event.key === "Enter") {
      if (event.target !== all[index]) return;
      all[index].querySelector(".menu")?.click();
    } else {
      const next = index < 0 ? all.length - 1 : index + (event.key === "ArrowUp" ? -1 : 1);
      all[next]?.focus();
    }
    event.preventDefault();
  }
}

// A spoiler that the user opened stays open when its message is drawn again, such as with a new reaction.
function keepOpen(before, after) {
  const spoilers = [...before.querySelectorAll(".spoiler")];
  [...after.querySelectorAll(".spoiler")].forEach((spoiler, index) => {
    const old = spoilers[index];
    if (old?.classList.contains("shown") && old.textContent === spoiler.textContent) spoiler.click();
  });
  const shown = before.querySelector(".picture.shown");
  const cover = after.querySelector(".cover");
  if (shown && cover?.querySelector(".picture").href === shown.href) cover.click();
}

function subtitle(chat, members) {
  if (chat.type === "private") return chat.username ? `@${chat.username}` : "private chat";
  const kind = chat.is_forum ? "forum" : chat.type;
  const count = members.filter((member) => !["left", "kicked"].includes(member.status)).length;
  return count === 1 ? `${kind}, 1 member` : `${kind}, ${count} members`;
}
