// One message: its bubble, buttons and reactions.

import { bdi, button, clock, el, hue, nameOf } from "./dom.js";
import { contents, notice, summary } from "./contents.js";
import { formatted, link } from "./text.js";

const quickReactions = ["👍", "❤", "🔥", "🎉", "😁", "🤔", "👎"];

// `view` has the reactions to the message, and whether the current user wrote it; `actions` acts on it.
export function bubble(message, view, actions) {
  const text = notice(message);
  if (text) return el("article.notice", attributes(message), el("span", { dir: "auto" }, text));
  const author = message.sender_chat ?? message.from ?? message.chat;
  const body = el("div.bubble", {},
    el(`header.${hue(author.id)}`, {}, bdi(nameOf(author)), message.via_bot && [" via ", bdi(`@${message.via_bot.username}`)],
      author.is_bot && el("span.badge", {}, "bot")),
    message.forward_origin && el("p.forward", {}, "Forwarded from ", bdi(originName(message.forward_origin))),
    message.reply_to_message && quoted(message, actions),
    contents(message, view, actions),
    words(message, actions),
    el("footer", {}, message.edit_date && "edited ", el("time", {}, clock(message.date)),
      button("⋯", () => menu(body, message, view, actions), { class: "menu", "aria-label": "Actions", "aria-haspopup": "true" })),
    reactions(view, actions));
  return el(view.isOwn ? "article.own" : "article", attributes(message), body,
    inlineKeyboard(message.reply_markup?.inline_keyboard, view, actions));
}

const attributes = (message) => ({
  tabindex: -1, "data-id": message.message_id,
  "aria-label": `${nameOf(message.from ?? message.chat)}, ${clock(message.date)}`,
});

function words(message, actions) {
  const isCaption = message.text === undefined;
  const text = isCaption ? message.caption : message.text;
  if (!text) return null;
  return el("div.text", { dir: "auto" },
    formatted(text, isCaption ? message.caption_entities : message.entities, actions.command));
}

function originName(origin) {
  return nameOf(origin.sender_user ?? origin.sender_chat ?? origin.chat) || origin.sender_user_name || "";
}

function quoted(message, actions) {
  const original = message.reply_to_message;
  return button([bdi(nameOf(original.from ?? original.chat)), el("span", { dir: "auto" }, message.quote?.text ?? summary(original))],
    () => actions.show(original.message_id), { class: "quote", "aria-label": "Show the replied message" });
}

function inlineKeyboard(rows, view, actions) {
  if (!Array.isArray(rows) || !rows.length) return null;
  return el("div.buttons", { role: "group", "aria-label": "Buttons" },
    rows.map((row) => el("div.row", {}, row.map((key) => inlineButton(key, view, actions)))));
}

function inlineButton(key, view, actions) {
  if (key.pay && view.isPaid) return el("button.key", { type: "button", disabled: true }, "Receipt");
  const address = key.url ?? key.login_url?.url;
  if (address) {
    const node = link(address, bdi(key.text), " ↗");
    node.className = "key";
    return node;
  }
  return button(bdi(key.text), () => actions.press(key), { class: keyClass(key) });
}

// The class of a key. The bot chooses only among three colours.
export const keyClass = (key) => (["primary", "success", "danger"].includes(key.style) ? `key ${key.style}` : "key");

function reactions(view, actions) {
  const counts = new Map();
  for (const { user_id: user, reaction } of view.reactions) {
    for (const one of reaction) {
      const label = one.emoji ?? "custom";
      counts.set(label, [...(counts.get(label) ?? []), user]);
    }
  }
  if (!counts.size) return null;
  return el("div.reactions", { role: "group", "aria-label": "Reactions" }, [...counts].map(([label, users]) => {
    const isMine = users.includes(view.me);
    return button(`${label} ${users.length}`, () => actions.react(isMine ? "" : label), { "aria-pressed": String(isMine) });
  }));
}

// Opens or closes the actions of a message.
function menu(body, message, view, actions) {
  const open = body.querySelector(".actions");
  if (open) return open.remove();
  const close = (then) => () => {
    node.remove();
    body.querySelector(".menu").focus({ preventScroll: true });
    then();
  };
  const node = el("div.actions", { role: "group", "aria-label": "Actions" },
    el("div.row", {}, quickReactions.map((emoji) => button(emoji, close(() => actions.react(emoji)), { "aria-label": `React with ${emoji}` }))),
    el("div.row", {},
      button("Reply", close(actions.reply)),
      view.isOwn && button("Edit", close(actions.edit)),
      button("Delete", close(actions.remove)),
      button("Pin", close(actions.pin)),
      button("JSON", close(actions.inspect))));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    node.remove();
    body.querySelector(".menu").focus();
  });
  body.append(node);
  node.querySelector("button").focus();
}

// A message that can't be drawn, because its parts have unexpected types.
export function unreadable(message) {
  return el("article", { tabindex: -1, "data-id": message.message_id },
    el("div.bubble", {}, el("span.kind", {}, "Unreadable message"), el("pre.raw", { tabindex: 0 }, JSON.stringify(message, null, 1))));
}

// A draft that the bot is still writing. `stop` presses its stop button, if it has one.
export function draft(text, stop) {
  return el("article.draft", {}, el("div.bubble", { "aria-hidden": "true" }, el("div.text", { dir: "auto" }, text || "…")),
    stop && el("div.buttons", {}, el("div.row", {}, button("Stop", stop, { class: "key" }))));
}
