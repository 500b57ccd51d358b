/** Buttons under messages, with what they wait for, and reply keyboards. */

import { h, icon } from "./dom.js";
import { isInvoiceLink } from "./pay.js";
import { t } from "./strings.js";

const GIVE_UP = 30_000; // ms after which a pressed button stops spinning without an answer

const waiting = new Map(); // `message:data` -> timer
const used = new WeakSet(); // one-time reply keyboards that have done their work

const keyOf = (messageId, data) => `${messageId}:${data}`;

/** The rows of an inline keyboard; `onPress(message, button)` is told of a click. */
export function inlineKeyboard(message, onPress) {
  return h("div", { class: "keyboard", role: "group" },
    message.reply_markup.inline_keyboard.map((row) =>
      h("div", { class: "keyboard-row" }, row.map((button) => inlineKey(message, button, onPress)))));
}

function inlineKey(message, button, onPress) {
  const dataset = { style: button.style, testid: "key" };
  if (!button.style) delete dataset.style;
  if (button.url && !isInvoiceLink(button.url)) {
    const props = { class: "key", href: button.url, target: "_blank", rel: "noopener noreferrer", dataset };
    return h("a", props, button.text, icon("link"));
  }
  const key = keyOf(message.message_id, button.callback_data ?? button.text);
  const element = h("button", {
    type: "button", class: "key", dataset: { ...dataset, key }, onclick: () => onPress(message, button),
  }, labelOf(message, button), button.copy_text && icon("copy"));
  if (waiting.has(key)) spin(element, true);
  return element;
}

/** The pay button that Telegram adds by itself speaks the person's language. */
function labelOf({ invoice }, { pay, text }) {
  return pay && text === `Pay ⭐️${invoice.total_amount}` ? t("pay", { n: invoice.total_amount }) : text;
}

/** Whether this button still waits for the bot. */
export const isWaiting = (messageId, data) => waiting.has(keyOf(messageId, data));

/** The bot was asked: the button spins until `answered`, or for half a minute. */
export function asked(messageId, data) {
  const key = keyOf(messageId, data);
  waiting.set(key, setTimeout(() => answered(messageId, data), GIVE_UP));
  show(key, true);
}

/** The bot has answered. */
export function answered(messageId, data) {
  const key = keyOf(messageId, data);
  clearTimeout(waiting.get(key));
  waiting.delete(key);
  show(key, false);
}

function show(key, busy) {
  const element = document.querySelector(`.key[data-key="${CSS.escape(key)}"]`);
  if (element) spin(element, busy);
}

function spin(element, busy) {
  element.querySelector(".spinner")?.remove();
  if (busy) {
    element.setAttribute("aria-busy", "true");
    element.append(h("span", { class: "spinner" }));
  } else element.removeAttribute("aria-busy");
}

/**
 * Show a reply keyboard under the field, or none.
 *
 * @param {HTMLElement} root
 * @param {object|null} markup Bot API ReplyKeyboardMarkup
 * @param {(button: object) => void} onPress
 */
export function replyKeyboard(root, markup, onPress) {
  root.hidden = !markup || used.has(markup);
  const press = (button) => {
    if (markup.one_time_keyboard) used.add(markup);
    root.hidden = used.has(markup);
    onPress(button);
  };
  root.replaceChildren(...(markup?.keyboard ?? []).map((row) =>
    h("div", { class: "keyboard-row" }, row.map((button) =>
      h("button", {
        type: "button", class: "key", onclick: () => press(button), dataset: button.style ? { style: button.style } : {},
      }, button.text)))));
}

/** Copy the text of a `copy_text` button; resolves to what to tell the person. */
export async function copy(text) {
  await navigator.clipboard.writeText(text);
  return t("copied");
}
