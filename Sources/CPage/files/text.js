// Text with entities. JavaScript's strings count UTF-16 units, as entities do.

import { el, button } from "./dom.js";

const protocols = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);

// A link that can't run a script; null for any other address.
export function safeURL(text) {
  for (const candidate of [text, `https://${text}`]) {
    try {
      const url = new URL(candidate);
      if (protocols.has(url.protocol)) return url.href;
    } catch {
      // Not an address: try the next form.
    }
  }
  return null;
}

export function link(address, ...children) {
  const href = safeURL(address);
  return href ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }, children) : el("span", {}, children);
}

const wrappers = {
  bold: (_, inner) => el("strong", {}, inner),
  italic: (_, inner) => el("em", {}, inner),
  underline: (_, inner) => el("u", {}, inner),
  strikethrough: (_, inner) => el("s", {}, inner),
  code: (_, inner) => el("code", {}, inner),
  pre: (entity, inner) =>
    el("pre", { tabindex: 0 }, entity.language && el("span.language", {}, String(entity.language)), el("code", {}, inner)),
  blockquote: (_, inner) => el("blockquote", {}, inner),
  expandable_blockquote: (_, inner) => el("blockquote", {}, inner),
  spoiler: (_, inner) => spoiler(inner),
  text_link: (entity, inner) => link(String(entity.url), inner),
  url: (_, inner, text) => link(text, inner),
  email: (_, inner, text) => link(`mailto:${text}`, inner),
  phone_number: (_, inner, text) => link(`tel:${text}`, inner),
  bot_command: (_, inner, text, onCommand) =>
    onCommand ? button(inner, () => onCommand(text), { class: "link" }) : el("span.mention", {}, inner),
};
for (const kind of ["mention", "text_mention", "hashtag", "cashtag"]) {
  wrappers[kind] = (_, inner) => el("span.mention", {}, inner);
}

export function spoiler(inner) {
  const node = el("span.spoiler", { role: "button", tabindex: 0, "aria-label": "Show the spoiler" }, el("span", {}, inner));
  const show = () => {
    node.className = "spoiler shown";
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", show);
  node.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && show());
  return node;
}

// Nodes for a text. `onCommand` is called with a command such as /start when it is clicked.
export function formatted(text, entities, onCommand) {
  const sorted = (Array.isArray(entities) ? entities : [])
    .filter((entity) => entity.length > 0 && Object.hasOwn(wrappers, entity.type))
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nodes(String(text), 0, String(text).length, sorted, onCommand);
}

function nodes(text, start, end, entities, onCommand) {
  const found = [];
  let at = start;
  for (let index = 0; index < entities.length;) {
    const entity = entities[index++];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (from >= to) continue;
    if (from > at) found.push(text.slice(at, from));
    const inner = [];
    while (index < entities.length && entities[index].offset < to) inner.push(entities[index++]);
    const piece = nodes(text, from, to, inner, onCommand);
    found.push(wrappers[entity.type](entity, piece, text.slice(from, to), onCommand));
    at = to;
  }
  if (at < end) found.push(text.slice(at, end));
  return found;
}
