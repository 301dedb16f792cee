// The contents of a message besides its text: pictures, files, polls, places, and notices.

import { fileURL } from "./api.js";
import { bdi, button, duration, el, nameOf, size } from "./dom.js";
import { richMessage } from "./rich.js";
import { link } from "./text.js";

const kinds = ["animation", "video", "video_note", "audio", "voice", "sticker", "document"];

// The nodes for a message's contents. `view` is what the current user sees of it; `actions` acts on it as that user.
export function contents(message, view, actions) {
  if (message.photo) return [picture(message.photo.at(-1), "Photo", message.has_media_spoiler)];
  const kind = kinds.find((name) => message[name]);
  if (kind) return [media(kind, message[kind], message)];
  if (message.poll) return [poll(message.poll, actions)];
  if (message.venue) return [place(message.venue.location, message.venue)];
  if (message.location) return [place(message.location)];
  if (message.contact) return [card("Contact", nameOf(message.contact), message.contact.phone_number)];
  if (message.dice) return [el("p.dice", {}, `${message.dice.emoji} ${message.dice.value}`)];
  if (message.game) return [card("Game", message.game.title, message.game.description)];
  if (message.invoice) {
    const { title, description, total_amount: amount, currency } = message.invoice;
    return [card("Invoice", title, description, price(amount, currency))];
  }
  if (message.paid_media) {
    const { star_count: stars, paid_media: media } = message.paid_media;
    return [card("Paid media", price(stars, "XTR"), media.map((one) => one.type.replaceAll("_", " ")).join(", ")),
      view.isPaid ? el("span.kind", {}, "Bought") : button("Buy", () => actions.buy())];
  }
  if (message.rich_message) return [el("div.rich", { dir: message.rich_message.is_rtl ? "rtl" : "auto" }, richMessage(message.rich_message, actions.press))];
  return other(message);
}

// The source of a rich message in a draft.
export function richSource(rich) {
  if (typeof rich === "string") {
    try {
      rich = JSON.parse(rich);
    } catch {
      return rich;
    }
  }
  return rich?.markdown ?? rich?.html ?? (rich ? JSON.stringify(rich) : "");
}

// A message without text of a kind that the page doesn't draw.
function other(message) {
  const known = new Set([
    "message_id", "from", "chat", "date", "text", "entities", "caption", "caption_entities", "reply_markup",
    "reply_to_message", "edit_date", "message_thread_id", "is_topic_message", "via_bot", "sender_chat", "quote",
    "link_preview_options", "has_protected_content", "forward_origin", "direct_messages_topic", "business_connection_id",
  ]);
  const rest = message.text === undefined ? Object.keys(message).filter((key) => !known.has(key)) : [];
  return rest.map((key) => card(key.replaceAll("_", " "), "", JSON.stringify(message[key])?.slice(0, 400)));
}

// An amount in the smallest units of a currency, as users read it.
function price(amount, currency) {
  if (currency === "XTR") return `⭐️ ${amount}`;
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function card(kind, title, ...lines) {
  return el("div.card", {}, el("span.kind", {}, kind), title && el("strong", { dir: "auto" }, title),
    lines.filter(Boolean).map((line) => el("p", { dir: "auto" }, line)));
}

function picture(file, name, isSpoiler) {
  const label = `${name}, ${file.width}×${file.height}`;
  const image = el("img", { src: fileURL(file.file_id), alt: label, loading: "lazy" });
  // Reserves the room, so that the conversation doesn't jump when the picture arrives.
  if (file.width > 0 && file.height > 0) {
    const scale = Math.min(1, 340 / file.height, 420 / file.width);
    image.style.inlineSize = `${Math.max(file.width * scale, 24)}px`;
    image.style.aspectRatio = `${file.width} / ${file.height}`;
  }
  image.addEventListener("error", () => image.replaceWith(el("span.kind", {}, `${label} (no preview)`)));
  const opener = el("a.picture", { href: fileURL(file.file_id), target: "_blank", rel: "noopener" }, image);
  if (!isSpoiler) return opener;
  const cover = button(opener, (event) => {
    if (!cover.classList.contains("cover")) return;
    event.preventDefault();
    opener.classList.add("shown");
    cover.replaceWith(opener);
  }, { class: "cover", "aria-label": "Show the picture" });
  return cover;
}

function media(kind, file, message) {
  const name = file.file_name ?? file.title ?? kind.replaceAll("_", " ");
  const facts = [file.duration !== undefined && duration(file.duration), file.file_size && size(file.file_size)];
  const download = el("a.file", { href: fileURL(file.file_id), download: file.file_name ?? kind },
    el("span.kind", {}, kind.replaceAll("_", " ")), " ", bdi(name), el("small", {}, ` ${facts.filter(Boolean).join(", ")}`));
  if (kind === "sticker" && !file.is_animated && !file.is_video) return picture(file, ["Sticker", file.emoji].filter(Boolean).join(" "));
  const isGIF = kind === "animation" && file.mime_type === "image/gif";
  if (isGIF) return picture(file, "Animation", message.has_media_spoiler);
  if (["audio", "voice"].includes(kind)) return player("audio", file, name, download);
  if (["video", "animation", "video_note", "sticker"].includes(kind)) return player("video", file, name, download);
  return download;
}

function player(tag, file, name, download) {
  const node = el(tag, { src: fileURL(file.file_id), controls: true, preload: "metadata", "aria-label": name });
  node.addEventListener("error", () => node.remove());
  return el("div.player", {}, node, download);
}

function place(location, venue) {
  const { latitude, longitude } = location;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}&zoom=15`;
  return el("div.card", {}, el("span.kind", {}, venue ? "Venue" : "Location"),
    venue && el("strong", { dir: "auto" }, venue.title), venue && el("p", { dir: "auto" }, venue.address),
    link(map, `${latitude}, ${longitude}`));
}

function poll(poll, actions) {
  const mine = new Set(actions.votes());
  const total = Math.max(poll.total_voter_count, 1);
  const chosen = poll.allows_multiple_answers ? actions.choice() : mine;
  const send = (ids) => actions.vote([...ids]);
  const option = (one, index) => {
    const share = Math.round((one.voter_count / total) * 100);
    const right = poll.type === "quiz" && (poll.is_closed || mine.size) && poll.correct_option_ids?.includes(index);
    const choose = () => {
      if (!poll.allows_multiple_answers) return send([index]);
      if (!chosen.delete(index)) chosen.add(index);
      node.setAttribute("aria-pressed", chosen.has(index));
    };
    const bar = el("span.bar");
    bar.style.inlineSize = `${poll.total_voter_count ? share : 0}%`;
    const node = el("button.option", {
      type: "button", onclick: choose, disabled: poll.is_closed, "aria-pressed": String(chosen.has(index)),
    }, el("bdi", {}, one.text), right && " ✓", el("span.share", {}, `${one.voter_count} · ${poll.total_voter_count ? share : 0}%`), bar);
    return node;
  };
  return el("div.poll", {}, el("strong", { dir: "auto" }, poll.question),
    el("span.kind", {}, [poll.is_anonymous ? "Anonymous" : "Public", poll.type === "quiz" ? "quiz" : "poll",
      poll.is_closed ? "closed" : ""].filter(Boolean).join(" ")),
    el("div", { role: "group", "aria-label": "Options" }, poll.options.map(option)),
    !poll.is_closed && poll.allows_multiple_answers && button("Vote", () => send(chosen)),
    !poll.is_closed && mine.size > 0 && poll.allows_revoting !== false && button("Retract", () => send([])),
    poll.explanation && mine.size > 0 && el("p", { dir: "auto" }, poll.explanation),
    el("small", {}, poll.total_voter_count === 1 ? "1 vote" : `${poll.total_voter_count} votes`));
}

// The text of a notice such as "Ada joined"; null for any other message.
export function notice(message) {
  const names = (people) => people.map((person) => nameOf(person)).join(", ");
  if (message.new_chat_members?.length) return `${names(message.new_chat_members)} joined`;
  if (message.left_chat_member) return `${nameOf(message.left_chat_member)} left`;
  if (message.new_chat_title) return `The chat is now called ${message.new_chat_title}`;
  if (message.pinned_message) return `Pinned: ${summary(message.pinned_message)}`;
  if (message.forum_topic_created) return `Topic created: ${message.forum_topic_created.name}`;
  if (message.forum_topic_edited?.name) return `The topic is now called ${message.forum_topic_edited.name}`;
  if (message.successful_payment) return `Paid ${price(message.successful_payment.total_amount, message.successful_payment.currency)}`;
  if (message.refunded_payment) return `Refunded ${price(message.refunded_payment.total_amount, message.refunded_payment.currency)}`;
  const words = {
    new_chat_photo: "The chat has a new photo", delete_chat_photo: "The chat photo was removed",
    group_chat_created: "Group created", supergroup_chat_created: "Group created", channel_chat_created: "Channel created",
    forum_topic_closed: "Topic closed", forum_topic_reopened: "Topic reopened",
    migrate_to_chat_id: "The group became a supergroup", migrate_from_chat_id: "The group was upgraded",
  };
  const key = Object.keys(words).find((name) => message[name] !== undefined);
  return key ? words[key] : null;
}

// One line for a message, for replies and the list of chats.
export function summary(message) {
  const text = message.text ?? message.caption ?? notice(message);
  if (text) return text.length > 80 ? `${text.slice(0, 80)}…` : text;
  const kind = ["photo", ...kinds, "poll", "venue", "location", "contact", "dice", "game", "invoice", "rich_message", "paid_media"]
    .find((name) => message[name]);
  return kind ? kind.replaceAll("_", " ") : "a message";
}
