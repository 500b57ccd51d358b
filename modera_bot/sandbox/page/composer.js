/** The field with the commands menu, Start, and reply keyboards. */

import { $, h } from "./dom.js";
import { replyKeyboard } from "./keyboard.js";
import { attachMenu, closeMenu, openMenu } from "./menu.js";
import { toast } from "./notices.js";
import { t } from "./strings.js";

let commands = [];

/** Once; `onText(text)` sends, `onWide()` is Start or Unblock, `onAct(name)` sends a sticker etc. */
export function prepareComposer({ onText, onWide, onAct }) {
  const field = $("text");
  const submit = () => {
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    grow();
    closeMenu();
    onText(text);
  };
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    field.focus();
  });
  field.addEventListener("input", () => {
    grow();
    suggest(onText);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || chooseSuggested(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    submit();
  });
  $("start").addEventListener("click", onWide);
  attachMenu($("commands"), $("commands-menu"), () => drawCommands(commands, onText));
  attachMenu($("attach"), $("attach-menu"));
  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => onAct(button.dataset.act));
  }
}

/** What stands below: the field, or Start for somebody new, or Unblock. */
export function showComposer(person, menu, { onText, onLocation }) {
  commands = menu;
  $("commands").hidden = commands.length === 0;
  $("start").hidden = person.met && !person.blocked;
  $("start").textContent = t(person.blocked ? "unblock" : "start");
  $("composer").hidden = !$("start").hidden;
  const keyboard = $("composer").hidden ? null : person.keyboard;
  $("text").placeholder = keyboard?.input_field_placeholder || t("message");
  $("text").setAttribute("aria-label", t("message"));
  replyKeyboard($("reply-keyboard"), keyboard, (button) => {
    if (button.request_location) onLocation();
    else if (Object.keys(button).some((key) => key.startsWith("request_") || key === "web_app")) toast(t("notHere"));
    else onText(button.text);
  });
}

function grow() {
  const field = $("text");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
}

function drawCommands(list, onText) {
  $("commands-menu").replaceChildren(...list.map(({ command, description }) =>
    h("button", { type: "button", role: "menuitem", onclick: () => choose(command, onText) },
      h("span", {}, description), h("strong", {}, `/${command}`))));
}

function choose(command, onText) {
  $("text").value = "";
  onText(`/${command}`);
  $("text").focus();
}

/** While somebody types a command, the menu shows those that begin so. */
function suggest(onText) {
  const text = $("text").value;
  const found = /^\/\w*$/.test(text) ? commands.filter(({ command }) => `/${command}`.startsWith(text)) : [];
  if (!found.length) return closeMenu();
  drawCommands(found, onText);
  openMenu($("commands"), $("commands-menu"));
}

/** Arrow keys and Enter in the suggestions, with the focus left in the field. */
function chooseSuggested(event) {
  if ($("commands-menu").hidden) return false;
  const all = [...$("commands-menu").children];
  const at = all.findIndex((element) => element.classList.contains("chosen"));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    all[at]?.classList.remove("chosen");
    all[(at + step + all.length) % all.length].classList.add("chosen");
  } else if (event.key === "Enter" && at >= 0) all[at].click();
  else return false;
  event.preventDefault();
  return true;
}
