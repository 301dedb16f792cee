// The actions of the current user on a message.

import { ask, el, toast } from "./dom.js";

export class Actions {
  constructor(app) {
    this.app = app;
    this.choices = new Map();
  }

  clear() { this.choices.clear(); }

  of(message, votes) {
    const { app } = this;
    const id = message.message_id;
    const does = (action, parameters) => app.act(action, { message_id: id, ...parameters });
    return {
      votes: () => votes,
      choice: () => this.choice(id, votes),
      vote: (ids) => does("votePoll", { option_ids: ids }),
      buy: () => does("buyPaidMedia"),
      press: (key) => this.press(key, message, does),
      react: (emoji) => does("setMessageReaction", { reaction: emoji ? [{ type: "emoji", emoji }] : [] }),
      reply: () => app.composer.reply(message),
      edit: () => app.composer.edit(message),
      remove: () => does("deleteMessage"),
      pin: () => does("pinChatMessage"),
      inspect: () => ask(`Message ${id}`, el("pre.json", { tabindex: 0 }, app.traffic.pretty(message))),
      command: (text) => app.act("sendMessage", { text }),
      show: (other) => app.conversation.show(other),
    };
  }

  // The options of a poll that are marked and not sent yet. They outlast a redraw, such as for another user's vote.
  choice(id, votes) {
    const key = JSON.stringify([this.app.me.id, votes]);
    if (this.choices.get(id)?.key !== key) this.choices.set(id, { key, marked: new Set(votes) });
    return this.choices.get(id).marked;
  }

  // The bot whose message has the keys.
  sender({ via_bot: via, from }) { return via ?? (from?.is_bot ? from : this.app.bot); }

  press(key, message, does) {
    const query = key.switch_inline_query_current_chat ?? key.switch_inline_query;
    if (query !== undefined) return this.app.composer.write(`@${this.sender(message).username} ${query}`);
    if (key.copy_text) {
      // Only a page at a local or https address has a clipboard.
      const copied = navigator.clipboard?.writeText(key.copy_text.text) ?? Promise.reject();
      return copied.then(() => toast("Copied"), () => toast(key.copy_text.text));
    }
    if (key.web_app) return toast(`A web app: ${key.web_app.url}`);
    const data = key.callback_data;
    return does("pressButton", data === undefined ? { button: key.text } : { callback_data: data });
  }
}
