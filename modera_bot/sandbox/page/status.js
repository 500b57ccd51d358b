/** The line under the bot's name: what it does at the moment, or that it is silent. */

import { $, h } from "./dom.js";
import { has, t } from "./strings.js";

const ACTION_LIFE = 5000; // ms (Bot API, sendChatAction)

let listening = true;
let action = "";
let timer = 0;

/** The bot is doing something ("typing", "upload_photo"...); an empty text ends it. */
export function setAction(name) {
  clearTimeout(timer);
  action = name;
  if (name) timer = setTimeout(() => setAction(""), ACTION_LIFE);
  drawStatus();
}

/** The bot listens, or not. */
export function setListening(now) {
  listening = now;
  $("silent").hidden = now;
  drawStatus();
}

/** Draw the line again, in another language say. */
export function drawStatus() {
  const line = $("bot-status");
  line.classList.toggle("active", Boolean(action));
  if (action) {
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    line.replaceChildren(dots, t(has(action) ? action : "typing"));
  } else line.textContent = t(listening ? "bot" : "notListening");
}
