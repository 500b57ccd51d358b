/** One message, or one album, as a list item. */

import { h, icon } from "./dom.js";
import { nodesOf } from "./entities.js";
import { inlineKeyboard } from "./keyboard.js";
import { documentOf, photos, photoWidth, place, sticker, voice } from "./media.js";
import { invoiceOf, paymentItem } from "./pay.js";
import { clock, t } from "./strings.js";

const OTHERS = { sticker, voice, location: place };

/**
 * @param {object[]} messages one message, or all of an album
 * @param {{first: boolean, last: boolean}} run where it stands among messages of the same sender
 * @param {{onOpen, onCommand, onPress}} actions
 */
export function item(messages, run, actions) {
  const [message] = messages;
  if (message.successful_payment || message.refunded_payment) return paymentItem(message);
  const bubble = message.photo ? pictured(messages, actions) : plain(messages, actions);
  const keyboard = message.reply_markup?.inline_keyboard;
  const side = message.sandbox.outgoing ? "out" : "in";
  const body = ["body", message.photo && "pictured", keyboard && "keyed"];
  const classes = ["item", side, run.first && "first", run.last && !keyboard && "last"];
  const more = h("button", { type: "button", class: "round message-more", "aria-label": t("more"), "aria-haspopup": "menu",
    onclick: ({ currentTarget }) => actions.onMore(message, currentTarget) }, icon("more"));
  const menu = (event) => {
    if (event.target.closest("a, img")) return; // theirs is the browser's menu
    event.preventDefault();
    actions.onMore(message, more);
  };
  return h("li", {
    class: classes.filter(Boolean).join(" "),
    oncontextmenu: menu,
    dataset: { id: message.message_id, testid: "message" },
    vars: message.photo ? { w: `${photoWidth(messages)}px` } : {},
  }, h("span", { class: "spoken" }, `${message.sandbox.outgoing ? t("you") : message.from.first_name}: `), h("div", { class: body.filter(Boolean).join(" ") },
    bubble, keyboard && inlineKeyboard(message, actions.onPress)), more);
}

/** A text that is still being written (sendMessageDraft). */
export function draftItem(draft) {
  const content = draft.text ? nodesOf(draft.text, draft.entities) : [t("thinking")];
  const text = h("span", { class: draft.text ? "text" : "text thinking" }, content);
  return h("li", { class: "item in first last draft", "aria-hidden": "true" }, h("div", { class: "body" }, h("div", { class: "bubble" }, text)));
}

/** One line about a message, for lists and quotes. */
export function summary(message) {
  if (!message) return "";
  const kinds = { photo: "photo", document: "file", sticker: "sticker", voice: "voice", location: "location", invoice: "invoice", successful_payment: "payment", refunded_payment: "payment" };
  const kind = Object.keys(kinds).find((name) => name in message);
  return message.text || message.caption || (kind ? t(kinds[kind]) : "");
}

function pictured(messages, actions) {
  const captioned = messages.find((message) => message.caption);
  const [message] = messages;
  const bare = !captioned && !message.reply_to_message && !message.sandbox.reactions.length;
  const picture = photos(messages, actions.onOpen);
  if (!captioned) picture.append(meta(messages.at(-1), "on-picture"));
  const text = captioned && h("div", { class: "text" },
    nodesOf(captioned.caption, captioned.caption_entities, actions.onCommand), meta(messages.at(-1)));
  const parts = captioned?.show_caption_above_media ? [text, picture] : [picture, text];
  return h("div", { class: bare ? "bubble bare" : "bubble" },
    quote(message), ...parts, reactions(messages));
}

function plain(messages, actions) {
  const [message] = messages;
  const other = Object.keys(OTHERS).find((kind) => kind in message);
  const words = message.text ?? messages.find((one) => one.caption)?.caption ?? "";
  const entities = message.entities ?? messages.find((one) => one.caption)?.caption_entities;
  const classes = message.sticker ? "bubble bare" : "bubble";
  return h("div", { class: classes },
    quote(message),
    message.document && messages.map(documentOf),
    other && OTHERS[other](message),
    message.invoice && invoiceOf(message),
    h("div", { class: words ? "text" : "text empty" }, nodesOf(words, entities, actions.onCommand), meta(messages.at(-1))),
    reactions(messages));
}

function meta(message, more = "") {
  const { outgoing, heard } = message.sandbox;
  const tick = outgoing && h("span", { role: "img", "aria-label": t(heard ? "heard" : "sent"), title: t(heard ? "heard" : "sent") },
    icon(heard ? "two-ticks" : "one-tick"));
  return h("span", { class: `meta ${more}` },
    h("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date)), tick);
}

function quote({ reply_to_message: source }) {
  return source && h("div", { class: "quote" },
    h("strong", {}, source.from.is_bot ? source.from.first_name : t("you")),
    h("span", {}, summary(source)));
}

function reactions(messages) {
  const all = messages.flatMap((message) => message.sandbox.reactions);
  return all.length > 0 && h("div", { class: "reactions" }, all.map((emoji) => h("span", {}, emoji)));
}
