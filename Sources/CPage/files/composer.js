// Writing as a user: text, replies, edits, files, polls, and the keys of the bot's keyboard.

import { ask, bdi, button, byID, el, field, nameOf, refill, toast } from "./dom.js";
import { summary } from "./contents.js";
import { keyClass } from "./message.js";

export class Composer {
  constructor(app) {
    this.app = app;
    this.text = byID("text");
    byID("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("keydown", (event) => {
      if (app.commands.handle(event)) return;
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.send();
      }
      if (event.key === "Escape") this.setContext(null);
    });
    this.text.addEventListener("input", () => {
      this.fit();
      app.commands.complete(this.text.value);
    });
    this.text.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.sendFiles(event.clipboardData.files);
    });
    byID("attach").addEventListener("click", () => byID("files").click());
    byID("files").addEventListener("change", async () => {
      await this.sendFiles(byID("files").files);
      byID("files").value = "";
    });
    byID("more").addEventListener("click", () => this.more());
    this.acceptDrops(byID("conversation"));
  }

  fit() {
    this.text.style.blockSize = "auto";
    this.text.style.blockSize = `${Math.min(this.text.scrollHeight + 2, 160)}px`;
  }

  write(text) {
    this.text.value = text;
    this.fit();
    this.text.focus();
  }

  reply(message) { this.setContext({ reply: message }); }

  edit(message) {
    this.setContext({ edit: message });
    this.write(message.text ?? message.caption ?? "");
  }

  // Drops what belongs to the chat that was open: the reply or edit, the inline results, and the bot's keyboard.
  leave() {
    if (this.context?.edit) this.clear();
    this.drop();
    byID("inline-results").hidden = true;
    this.drawKeyboard(null);
  }

  clear() {
    this.text.value = "";
    this.fit();
  }

  drop() {
    this.context = null;
    byID("context").hidden = true;
  }

  setContext(context) {
    const bar = byID("context");
    if (this.context?.edit && !context) this.clear();
    if (!context) {
      const hadFocus = bar.contains(document.activeElement);
      this.drop();
      if (hadFocus) this.text.focus();
      return;
    }
    this.context = context;
    bar.hidden = false;
    const message = context.reply ?? context.edit;
    bar.replaceChildren(el("span", {}, context.reply ? "Reply to " : "Edit ", bdi(nameOf(message.from ?? message.chat))),
      el("span.summary", { dir: "auto" }, summary(message)), button("Cancel", () => this.setContext(null)));
    this.text.focus();
  }

  async send() {
    const text = this.text.value;
    if (!text.trim()) return;
    this.app.commands.close();
    const bot = this.app.chats.botNamed(text);
    if (bot) return this.app.act("sendInlineQuery", { query: text.slice(bot.username.length + 2), bot: bot.id });
    const context = this.context;
    const edited = context?.edit;
    const reply = this.replyParameters();
    this.clear();
    this.drop();
    const done = edited
      ? await this.app.act(edited.text === undefined ? "editMessageCaption" : "editMessageText",
        { message_id: edited.message_id, [edited.text === undefined ? "caption" : "text"]: text })
      : await this.app.act("sendMessage", { text, ...reply });
    if (done || this.text.value || this.context) return;
    if (context) this.setContext(context);
    this.write(text);
  }

  replyParameters() {
    const reply = this.context?.reply;
    return reply ? { reply_parameters: { message_id: reply.message_id } } : {};
  }

  // Another bot's results are shown while the text names it.
  takeInlineResults(results, bot) {
    const named = this.app.chats.botNamed(this.text.value)?.id;
    if (bot === (named ?? this.app.chats.bot)) this.showInlineResults(results, bot);
  }

  showInlineResults(results, bot) {
    const bar = byID("inline-results");
    bar.hidden = false;
    const close = () => {
      bar.hidden = true;
      this.write("");
    };
    bar.replaceChildren(...results.map((result) => button([bdi(result.title ?? result.caption ?? result.type), result.description && el("small", { dir: "auto" }, result.description)], async () => {
      close();
      const sent = await this.app.act("chooseInlineResult", { result_id: result.id, bot });
      if (sent && !this.app.isShown(sent.chat.id, bot)) toast("Sent to the private chat with the bot of the result");
    })), button("Close", close));
  }

  // MARK: files

  acceptDrops(area) {
    const mark = (isOver) => area.classList.toggle("drop", isOver);
    // A dropped text is the browser's to handle.
    const hasFiles = (event) => event.dataTransfer.types.includes("Files");
    area.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      mark(true);
    });
    area.addEventListener("dragleave", () => mark(false));
    area.addEventListener("drop", (event) => {
      mark(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.sendFiles(event.dataTransfer.files);
    });
  }

  async sendFiles(list) {
    const files = [...list];
    const caption = this.text.value.trim();
    const visual = files.every((file) => ["photo", "video"].includes(kind(file)));
    const sent = files.length > 1 && files.length <= 10 && visual
      ? await this.sendAlbum(files, caption) : await this.sendEach(files, caption);
    if (!sent) return;
    if (caption && this.text.value.trim() === caption) this.clear();
    if (this.context?.reply) this.drop();
  }

  sendAlbum(files, caption) {
    const media = files.map((file, index) => ({
      type: kind(file), media: `attach://file${index}`, ...(index === 0 && caption ? { caption } : {}),
    }));
    const parts = Object.fromEntries(files.map((file, index) => [`file${index}`, file]));
    return this.app.act("sendMediaGroup", { media, ...this.replyParameters() }, parts);
  }

  async sendEach(files, caption) {
    for (const file of files) {
      const type = kind(file);
      const name = type[0].toUpperCase() + type.slice(1);
      const done = await this.app.act(`send${name}`, { ...(caption ? { caption } : {}), ...this.replyParameters() }, { [type]: file });
      if (!done) return false;
    }
    return true;
  }

  // MARK: other kinds of messages

  async more() {
    const choices = { poll: "Poll", location: "Location", contact: "My contact", dice: "Dice", block: "Block or unblock the bot" };
    const chosen = await ask("Send", el("fieldset", {}, el("legend", {}, "Kind"), Object.entries(choices).map(([value, label], index) =>
      el("label", {}, el("input", { type: "radio", name: "kind", value, checked: index === 0 }), ` ${label}`))), "Next");
    if (!chosen) return;
    const { app } = this;
    switch (chosen.kind) {
      case "poll": return this.poll();
      case "location": return app.act("sendLocation", { latitude: 52.370216, longitude: 4.895168 });
      case "contact": return app.act("sendContact", { phone_number: `+1555${app.me.id ?? 1001}`, first_name: app.me.first_name, user_id: app.me.id });
      case "dice": return app.act("sendDice", {});
      case "block": return app.act(app.conversation.overview?.is_blocked ? "unblockBot" : "blockBot", {});
    }
  }

  async poll() {
    const given = await ask("New poll", [
      field("Question", "question", { required: true, maxlength: 300 }),
      field("Options, one per line", "options", { rows: 4, required: true }),
      el("label", {}, el("input", { type: "checkbox", name: "many" }), " several answers"),
    ], "Send");
    if (!given) return;
    const options = given.options.split("\n").map((line) => line.trim()).filter(Boolean).map((text) => ({ text }));
    return this.app.act("sendPoll", { question: given.question, options, is_anonymous: false, allows_multiple_answers: Boolean(given.many) });
  }

  drawKeyboard(keyboard) {
    const bar = byID("keyboard");
    const rows = keyboard?.keyboard ?? [];
    const state = JSON.stringify(rows);
    if (bar.dataset.state === state) return;
    bar.dataset.state = state;
    bar.hidden = !rows.length;
    refill(bar, rows.map((row) => el("div.row", {}, row.map((key) => {
      const label = key.text ?? key;
      return button(bdi(label), () => this.app.act("pressButton", { button: label }), { class: keyClass(key) });
    }))), this.text);
    this.text.placeholder = keyboard?.input_field_placeholder ?? "Message";
  }
}

// The kind of message that a file is sent as.
function kind(file) {
  if (file.type === "image/gif") return "animation";
  if (["image/png", "image/jpeg", "image/webp"].includes(file.type)) return "photo";
  if (file.type === "audio/ogg" || file.name.endsWith(".oga")) return "voice";
  if (file.type.startsWith("audio/")) return "audio";
  return file.type === "video/mp4" ? "video" : "document";
}
