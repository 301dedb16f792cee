// The bot's commands: a menu beside the text, and a list while a command is typed.

import { bdi, byID, el, toast } from "./dom.js";

export class Commands {
  constructor(app) {
    this.app = app;
    this.text = byID("text");
    this.list = byID("command-list");
    this.menu = byID("menu");
    this.all = [];
    this.menu.addEventListener("click", () => this.pressMenu());
    this.text.addEventListener("blur", () => this.close());
    // A press with the mouse leaves the focus in the text, which would close the list before the click.
    for (const node of [this.list, this.menu]) node.addEventListener("mousedown", (event) => event.preventDefault());
    this.close();
  }

  // `button` is the menu button of a private chat.
  draw(commands, button) {
    const app = button?.type === "web_app" ? button : null;
    const state = JSON.stringify([commands, app]);
    if (state === this.state) return;
    this.state = state;
    this.all = commands;
    this.webApp = app;
    this.menu.hidden = !app && !commands.length;
    this.menu.replaceChildren(bdi(app?.text ?? "Menu"));
    if (!this.list.hidden) this.complete(this.text.value);
  }

  pressMenu() {
    if (this.webApp) return toast(`A web app: ${this.webApp.web_app?.url}`);
    const isOpen = !this.list.hidden;
    this.text.focus();
    if (isOpen) this.close();
    else this.show(this.all, true);
  }

  // Shows the commands that begin with what is typed.
  complete(text) {
    const typed = /^\/[a-z0-9_]*$/i.test(text) ? text.slice(1).toLowerCase() : null;
    this.show(typed === null ? [] : this.all.filter(({ command }) => command.startsWith(typed)), false);
  }

  show(commands, isMenu) {
    this.isMenu = isMenu;
    this.list.hidden = !commands.length;
    this.menu.setAttribute("aria-expanded", String(isMenu && !this.list.hidden));
    this.list.replaceChildren(...commands.map(({ command, description }, index) =>
      el("div.command", { id: `command-${index}`, role: "option", "aria-selected": "false", onclick: () => this.choose(command) },
        el("strong", {}, `/${command}`), " ", bdi(description))));
    this.select(-1);
  }

  close() { this.show([], false); }

  select(index) {
    this.index = index;
    [...this.list.children].forEach((node, at) => node.setAttribute("aria-selected", String(at === index)));
    const node = this.list.children[index];
    if (!node) return this.text.removeAttribute("aria-activedescendant");
    this.text.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
  }

  // Returns whether the list used the key.
  handle(event) {
    const count = this.list.childElementCount;
    if (!count || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.select(this.index < 0 && step < 0 ? count - 1 : (this.index + step + count) % count);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.index >= 0) this.list.children[this.index].click();
    else return false;
    event.preventDefault();
    return true;
  }

  // In a group, the command names the bot, as there may be others.
  choose(command) {
    if (!this.isMenu) this.app.composer.clear();
    this.close();
    const name = this.app.conversation.chat < 0 ? `@${this.app.bot.username}` : "";
    this.app.act("sendMessage", { text: `/${command}${name}` });
  }
}
