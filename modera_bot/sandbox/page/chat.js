/** The conversation: keeps messages in order and the view still while they change. */

import { h } from "./dom.js";
import { draftItem, item } from "./message.js";
import { currentLanguage, day } from "./strings.js";

const NEAR = 90; // px from the bottom within which the view follows new messages
const RUN = 600; // s within which messages of the same sender belong together
const DRAFT_LIFE = 30_000; // ms

export class Chat {
  /**
   * @param {{scroll: HTMLElement, log: HTMLElement, toBottom: HTMLElement, unseen: HTMLElement}} parts
   * @param {{onOpen, onCommand, onPress}} actions
   */
  constructor(parts, actions) {
    this.parts = parts;
    this.actions = actions;
    this.messages = new Map();
    this.items = new Map(); // key -> {element, signature}
    this.unseen = 0;
    this.draft = null;
    parts.scroll.addEventListener("scroll", () => this.#watch(), { passive: true });
    this.top = 0;
    parts.toBottom.addEventListener("click", () => this.toBottom("smooth"));
    new ResizeObserver(() => this.following && this.toBottom()).observe(parts.scroll);
    this.following = true;
  }

  /** Show a whole chat; `fresh` means another one than before. */
  load(messages, fresh) {
    this.messages = new Map(messages.map((message) => [message.message_id, message]));
    if (fresh) {
      this.unseen = 0;
      this.items.clear();
      this.parts.log.replaceChildren();
      this.following = true;
    }
    this.#render(!fresh);
  }

  /** A new message, or a new state of one. */
  put(message) {
    const known = this.messages.has(message.message_id);
    this.messages.set(message.message_id, message);
    const own = message.sandbox.outgoing;
    if (!known && !own) this.setDraft(null);
    if (!known && own) this.following = true;
    if (!known && !own && !this.following) this.unseen += 1;
    this.#render(true);
  }

  remove(messageId) {
    if (this.messages.delete(messageId)) this.#render(true);
  }

  /** The bot has taken these messages of the person. */
  heard(messageIds) {
    for (const id of messageIds) {
      const message = this.messages.get(id);
      if (message) message.sandbox.heard = true;
    }
    this.#render(true);
  }

  /** Show what the bot is about to say; null takes it away. */
  setDraft(draft) {
    clearTimeout(this.draft?.timer);
    this.draft?.element.remove();
    this.draft = null;
    if (!draft) return;
    const timer = setTimeout(() => this.setDraft(null), DRAFT_LIFE);
    this.draft = { element: draftItem(draft), timer };
    this.parts.log.append(this.draft.element);
    if (this.following) this.toBottom();
  }

  toBottom(behavior = "instant") {
    this.following = true;
    this.parts.scroll.scrollTo({ top: this.parts.scroll.scrollHeight, behavior });
    this.#watch();
  }

  /** Only scrolling up ends the following: what grows or shrinks around the view does not. */
  #watch() {
    const { scrollHeight, scrollTop, clientHeight } = this.parts.scroll;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    this.following = near || (this.following && scrollTop >= this.top);
    this.top = scrollTop;
    if (this.following) this.unseen = 0;
    this.parts.unseen.textContent = this.unseen || "";
    this.parts.toBottom.hidden = this.following;
  }

  #render(animate) {
    const { log } = this.parts;
    const following = this.following;
    const wanted = this.#blocks();
    const keys = new Set(wanted.map((block) => block.key));
    for (const [key, { element }] of this.items) {
      if (keys.has(key)) continue;
      element.remove();
      this.items.delete(key);
    }
    let previous = null;
    for (const block of wanted) {
      const element = this.#place(block, animate);
      const next = previous ? previous.nextSibling : log.firstChild;
      if (element !== next) log.insertBefore(element, next);
      previous = element;
    }
    if (this.draft) log.append(this.draft.element);
    if (following) this.toBottom();
    else this.#watch();
  }

  /** The element of a block: the one that stands there, or a new one in its place. */
  #place(block, animate) {
    const known = this.items.get(block.key);
    if (known?.signature === block.signature) return known.element;
    const element = block.make();
    if (known) takeOver(known.element, element);
    else if (animate) element.classList.add("fresh");
    this.items.set(block.key, { element, signature: block.signature });
    return element;
  }

  /** What stands in the list, in order: days, and messages with albums put together. */
  #blocks() {
    const groups = [];
    for (const message of this.messages.values()) {
      const group = message.media_group_id;
      if (group && groups.at(-1)?.[0].media_group_id === group) groups.at(-1).push(message);
      else groups.push([message]);
    }
    return groups.flatMap((messages, i) => {
      const [before, after] = [groups[i - 1]?.[0], groups[i + 1]?.[0]];
      const run = { first: !together(before, messages[0]), last: !together(messages[0], after) };
      const block = this.#block(messages, run);
      return before && sameDay(before, messages[0]) ? [block] : [dayBlock(messages[0]), block];
    });
  }

  #block(messages, run) {
    const state = messages.map(({ message_id, sandbox }) => [message_id, sandbox.revision, sandbox.heard]);
    return {
      key: `message:${messages[0].message_id}`,
      signature: JSON.stringify([state, run, currentLanguage()]),
      make: () => item(messages, run, this.actions),
    };
  }
}

function dayBlock({ date }) {
  const label = day(date);
  return { key: `day:${new Date(date * 1000).toDateString()}`, signature: label, make: () => h("li", { class: "day" }, label) };
}

function sameDay(one, other) {
  return new Date(one.date * 1000).toDateString() === new Date(other.date * 1000).toDateString();
}

function together(one, other) {
  if (!one || !other) return false;
  return one.from.id === other.from.id && other.date - one.date < RUN && sameDay(one, other);
}

/** Put `now` where `old` stands; pictures already loaded and the focus move over, so nothing blinks. */
function takeOver(old, now) {
  for (const image of now.querySelectorAll("img")) {
    const same = [...old.querySelectorAll("img")].find((loaded) => loaded.src === image.src);
    if (same) image.replaceWith(same);
  }
  const focused = controls(old).indexOf(document.activeElement);
  const { key } = document.activeElement.dataset;
  old.replaceWith(now);
  if (focused < 0) return;
  const there = controls(now);
  const same = there.find((one) => key && one.dataset.key === key);
  // a button whose data has changed stands where it stood
  const next = same ?? there[Math.min(focused, there.length - 1)] ?? now.closest("[tabindex]");
  next?.focus({ preventScroll: true });
}

const controls = (element) => [...element.querySelectorAll("button, a")];
