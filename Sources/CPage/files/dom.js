// Makes all elements, with text nodes only: a bot's text never becomes markup.

export const byID = (id) => document.getElementById(id);

// el("p.note", { onclick: … }, "text", node, …)
export function el(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

// A name, isolated so that its writing direction changes nothing around it.
export const bdi = (text) => el("bdi", {}, text ?? "");

export const button = (label, onclick, properties = {}) => el("button", { type: "button", onclick, ...properties }, label);

// Makes `nodes` the children of `parent`, and moves only the nodes that aren't in place.
// A node that moves keeps the keyboard's focus.
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] ?? null);
  });
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

const focusable = "button, a[href], input, select, textarea, summary, [tabindex]";

// Replaces a node's children, and keeps the keyboard's focus at the same place in it, else at `fallback`.
export function refill(parent, nodes, fallback) {
  const index = [...parent.querySelectorAll(focusable)].indexOf(document.activeElement);
  parent.replaceChildren(...nodes);
  if (index >= 0) (parent.querySelectorAll(focusable)[index] ?? fallback).focus({ preventScroll: true });
}

// Replaces a node, and keeps the keyboard's focus at the same place in it. The new node has no open menu.
export function replace(old, node) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const isInMenu = focused?.closest(".actions");
  const index = focused ? [...old.querySelectorAll(focusable)].indexOf(focused) : -1;
  old.replaceWith(node);
  if (!focused) return;
  if (isInMenu) return (node.querySelector(".menu") ?? node).focus({ preventScroll: true });
  (index < 0 ? node : node.querySelectorAll(focusable)[index] ?? node).focus({ preventScroll: true });
}

export function toast(text, kind = "note") {
  const node = el(`p.${kind}`, { dir: "auto", role: kind === "error" && "alert" }, text);
  byID("toasts").append(node);
  setTimeout(() => node.remove(), 6000);
}

let lastDialog = Promise.resolve();

// Shows a dialog, after those before it. Resolves to the form's values, or null if it was closed.
export function ask(title, fields, accept) {
  lastDialog = lastDialog.then(() => present(title, fields, accept));
  return lastDialog;
}

function present(title, fields, accept) {
  const dialog = byID("dialog");
  return new Promise((resolve) => {
    let result = null;
    const form = el("form", {
      onsubmit: (event) => {
        event.preventDefault();
        result = Object.fromEntries(new FormData(form));
        dialog.close();
      },
    }, el("h2", { id: "dialog-title", dir: "auto" }, title), fields,
      el("div.row", {}, button("Close", () => dialog.close()), accept && el("button", { type: "submit" }, accept)));
    dialog.replaceChildren(form);
    dialog.addEventListener("close", () => resolve(result), { once: true });
    dialog.showModal();
  });
}

export const field = (label, name, properties = {}) =>
  el("label.field", {}, label, el(properties.rows ? "textarea" : "input", { name, ...properties }));

export const nameOf = (person) =>
  person ? [person.first_name, person.last_name].filter(Boolean).join(" ") || person.title || "" : "";

export const chatName = (chat) => chat.title || nameOf(chat) || `Chat ${chat.id}`;

export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export function size(count) {
  const units = ["bytes", "KB", "MB", "GB"];
  let unit = 0;
  while (count >= 1024 && unit < 3) [count, unit] = [count / 1024, unit + 1];
  return `${Math.round(count * 10) / 10} ${units[unit]}`;
}

export const duration = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

// One of eight colours for a chat or user.
export const hue = (id) => `hue-${Math.abs(Number(id) || 0) % 8}`;
