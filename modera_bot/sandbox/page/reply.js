/** What one can do with a message: reply, copy, delete; and the bar that shows what is replied to. */

import { $ } from "./dom.js";
import { copy } from "./keyboard.js";
import { closeMenu, openMenu } from "./menu.js";
import { summary } from "./message.js";
import { toast } from "./notices.js";
import { t } from "./strings.js";

let meant = null; // the message whose menu is open
let replied = null;

/** Once; `onDelete(message)`. */
export function prepareReplies(onDelete) {
  const menu = $("message-menu");
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...menu.querySelectorAll('[role="menuitem"]:not([hidden])')];
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  $("reply-to").addEventListener("click", () => {
    closeMenu();
    showReply(meant);
    $("text").focus();
  });
  $("copy-text").addEventListener("click", async () => {
    closeMenu();
    toast(await copy(summary(meant)));
  });
  $("delete-message").addEventListener("click", () => {
    closeMenu();
    onDelete(meant);
  });
  $("stop-reply").addEventListener("click", () => showReply(null));
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && replied) showReply(null);
  });
}

/** Open the menu of a message beside the button that was pressed. */
export function messageMenu(message, button) {
  const menu = $("message-menu");
  meant = message;
  $("copy-text").hidden = !(message.text || message.caption);
  const { left, right, bottom, top } = button.getBoundingClientRect();
  openMenu(button, menu);
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8, right))}px`;
  menu.style.top = `${bottom + height + 8 > innerHeight ? top - height - 4 : bottom + 4}px`;
  menu.querySelector('[role="menuitem"]').focus();
}

/** Show to which message the next text replies; null: to none. */
export function showReply(message) {
  replied = message;
  $("replying").hidden = !message;
  if (!message) return;
  $("replying-name").textContent = message.from.is_bot ? message.from.first_name : t("you");
  $("replying-text").textContent = summary(message);
}

/** The id of the message that the next text replies to, which is used up by this. */
export function takeReply() {
  const id = replied?.message_id;
  showReply(null);
  return id;
}
