/** Text with Bot API MessageEntity objects, as nodes. Offsets count UTF-16 units, as JavaScript does. */

import { h } from "./dom.js";
import { t } from "./strings.js";

const TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  blockquote: "blockquote",
};

/** Nodes for a text; `onCommand(text)` is called when a /command in it is clicked. */
export function nodesOf(text, entities = [], onCommand = () => {}) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return between(text, 0, text.length, sorted, onCommand);
}

function between(text, start, end, entities, onCommand) {
  const nodes = [];
  let at = start;
  for (let i = 0; i < entities.length; i++) {
    const entity = entities[i];
    if (entity.offset < at || entity.offset >= end) continue;
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const inner = between(text, entity.offset, stop, entities.slice(i + 1), onCommand);
    nodes.push(wrap(entity, text.slice(entity.offset, stop), inner, onCommand));
    at = stop;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function wrap(entity, raw, inner, onCommand) {
  switch (entity.type) {
    case "pre":
      return h("pre", {}, h("code", { "data-language": entity.language }, inner));
    case "expandable_blockquote":
      return h("blockquote", { class: "expandable", onclick: open }, inner);
    case "spoiler":
      return spoiler(inner);
    case "text_link":
      return link(entity.url, inner);
    case "url":
      return link(/^https?:/i.test(raw) ? raw : `https://${raw}`, inner);
    case "bot_command":
      return h("button", { type: "button", class: "command", onclick: () => onCommand(raw) }, inner);
    default:
      return h(TAGS[entity.type] ?? "span", {}, inner);
  }
}

function open(event) {
  event.currentTarget.classList.add("open");
}

function spoiler(inner) {
  const show = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    open(event);
    event.currentTarget.removeAttribute("role");
    event.currentTarget.removeAttribute("aria-label");
    event.preventDefault();
  };
  const props = { class: "spoiler", role: "button", tabindex: 0, "aria-label": t("showSpoiler") };
  return h("span", { ...props, onclick: show, onkeydown: show }, inner);
}

/** A link, unless its address is of a kind that a browser should not follow from a chat. */
function link(url, inner) {
  if (!/^(https?|tg|mailto):/i.test(url)) return h("span", {}, inner);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, inner);
}
