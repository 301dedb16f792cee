// Rich messages: headings, lists, tables and so on. A bot's text stays text, and its links can't run scripts.

import { fileURL } from "./api.js";
import { button, el } from "./dom.js";
import { link, spoiler } from "./text.js";

const list = (value) => (Array.isArray(value) ? value : []);

// The nodes of a RichMessage. `press` presses a button within it.
export const richMessage = (message, press) => blocks(message.blocks, press);

const blocks = (values, press) => list(values).map((value) => block(value ?? {}, press));

const makers = {
  paragraph: (it, press) => el("p", {}, text(it.text, press)),
  footer: (it, press) => el("p.footer", {}, text(it.text, press)),
  thinking: (it, press) => el("p.footer", {}, text(it.text, press)),
  // The page has headings of its own, so these begin two levels lower.
  heading: (it, press) => el("div.heading", { role: "heading", "aria-level": level(it) + 2, "data-size": level(it) }, text(it.text, press)),
  pre: (it, press) =>
    el("pre", { tabindex: 0 }, it.language && el("span.language", {}, String(it.language)), el("code", {}, text(it.text, press))),
  divider: () => el("hr"),
  anchor: () => null,
  mathematical_expression: (it) => el("p.formula", {}, el("code", {}, String(it.expression))),
  list: (it, press) => el("ul.items", {}, list(it.items).map((item) => entry(item ?? {}, press))),
  blockquote: (it, press) => el("blockquote", {}, blocks(it.blocks, press), credit(it, press)),
  expandable_blockquote: (it, press) => el("blockquote", {}, blocks(it.blocks, press), credit(it, press)),
  pullquote: (it, press) => el("blockquote.pull", {}, text(it.text, press), credit(it, press)),
  collage: (it, press) => el("figure.gallery", {}, blocks(it.blocks, press), caption(it, press)),
  slideshow: (it, press) => el("figure.gallery", {}, blocks(it.blocks, press), caption(it, press)),
  details: (it, press) =>
    el("details", { open: it.is_open === true }, el("summary", {}, text(it.summary, press)), blocks(it.blocks, press)),
  table: (it, press) => table(it, press),
  map: (it, press) => el("figure", {}, place(it.location), caption(it, press)),
  buttons: (it, press) => el("div.row", { role: "group", "aria-label": "Buttons" }, list(it.buttons).map((key) => richButton(key, press))),
};

function block(it, press) {
  if (Object.hasOwn(makers, it.type)) return makers[it.type](it, press);
  return el("figure", {}, media(it), caption(it, press));
}

const level = (it) => Math.min(Math.max(Number(it.size) || 1, 1), 6);

function entry(item, press) {
  const box = item.has_checkbox ? (item.is_checked ? "☑" : "☐") : null;
  return el("li", {}, el("span.label", {}, box ?? String(item.label ?? "•")), el("div", {}, blocks(item.blocks, press)));
}

function table(it, press) {
  const rows = list(it.cells).map((row) => el("tr", {}, list(row).map((cell) =>
    el(cell.is_header ? "th" : "td", { colspan: cell.colspan, rowspan: cell.rowspan, "data-align": cell.align, "data-valign": cell.valign },
      text(cell.text, press)))));
  const body = el(it.is_bordered ? "table.bordered" : "table", {}, it.caption && el("caption", {}, text(it.caption, press)), rows);
  return el("div.scroll", { tabindex: 0, role: "group", "aria-label": "Table" }, body);
}

function caption(it, press) {
  if (!it.caption) return null;
  return el("figcaption", {}, text(it.caption.text, press), credit(it.caption, press));
}

const credit = (it, press) => (it.credit ? el("cite", {}, text(it.credit, press)) : null);

function place(location) {
  const { latitude, longitude } = location ?? {};
  return link(`https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}`, `Map: ${latitude}, ${longitude}`);
}

function media(it) {
  if (it.type === "photo") {
    const photo = list(it.photo).at(-1);
    return photo ? el("img", { src: fileURL(photo.file_id), alt: "Photo", loading: "lazy" }) : null;
  }
  const file = it[it.type];
  const source = file && fileURL(file.file_id);
  if (!source) return el("p", {}, `[${it.type}]`);
  if (it.type === "video" || it.type === "animation") return el("video", { src: source, controls: true, preload: "none" });
  if (it.type === "audio" || it.type === "voice_note") return el("audio", { src: source, controls: true, preload: "none" });
  return el("a", { href: source, download: true }, String(file.file_name ?? it.type));
}

const styles = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", subscript: "sub", superscript: "sup", marked: "mark", code: "code",
};

// The nodes of a RichText: a string, an array, or an object.
function text(value, press) {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((part) => text(part, press));
  if (!value || typeof value !== "object") return null;
  const inner = text(value.text, press);
  if (Object.hasOwn(styles, value.type)) return el(styles[value.type], {}, inner);
  switch (value.type) {
    case "spoiler": return spoiler(inner);
    case "url": return link(String(value.url), inner);
    case "email_address": return link(`mailto:${value.email_address}`, inner);
    case "phone_number": return link(`tel:${value.phone_number}`, inner);
    case "custom_emoji": return String(value.alternative_text ?? "");
    case "mathematical_expression": return el("code", {}, String(value.expression));
    case "button": return richButton(value.button, press);
    case "reference_link": return el("sup", {}, inner);
    case "mention": case "text_mention": case "hashtag": case "cashtag": case "bot_command": return el("span.mention", {}, inner);
    default: return inner;
  }
}

function richButton(key, press) {
  if (!key) return null;
  if (key.url) {
    const node = link(String(key.url), text(key.text, press), " ↗");
    node.className = "key";
    return node;
  }
  return button(text(key.text, press), () => press(key), { class: "key", disabled: key.disabled !== undefined });
}
