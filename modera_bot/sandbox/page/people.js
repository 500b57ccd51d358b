/** The people who use this page: whose chat is shown, and what happened in the others. */

import { $, h } from "./dom.js";
import { summary } from "./message.js";
import { clock, currentLanguage, spoken, t } from "./strings.js";

const HUES = [355, 22, 140, 178, 208, 262, 325];

function letter(person) {
  const [first] = person.first_name;
  return h("span", { class: "avatar letter", "aria-hidden": "true", vars: { hue: HUES[person.id % HUES.length] } }, first.toUpperCase());
}

/**
 * Draw the list.
 *
 * @param {Map<number, object>} people
 * @param {number} current id of the person writing
 * @param {Map<number, number>} unread id -> messages not yet looked at
 * @param {(id: number) => void} onChoose
 */
export function drawPeople(people, current, unread, onChoose) {
  const focused = document.activeElement?.dataset.person;
  $("people-list").replaceChildren(...[...people.values()].map((person) =>
    h("li", {}, h("button", {
      type: "button",
      class: "person",
      "aria-current": person.id === current ? "true" : null,
      onclick: () => onChoose(person.id),
      dataset: { testid: "person", person: person.id },
    },
    letter(person),
    h("strong", {}, person.first_name),
    h("time", {}, person.last ? clock(person.last.date) : ""),
    h("span", { class: "preview" }, person.last ? summary(person.last) : t("nothingYet")),
    h("span", { class: "badge" }, unread.get(person.id) ?? "")))));
  if (focused) $("people-list").querySelector(`[data-person="${focused}"]`)?.focus();
  const elsewhere = [...unread.values()].reduce((sum, n) => sum + n, 0);
  const person = people.get(current);
  $("open-people").replaceChildren(...(person ? [letter(person)] : []), h("span", { class: "badge" }, elsewhere || ""));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === currentLanguage()));
  }
}

/** Once; `onAdd(name, language)`, `onLanguage(code)`. */
export function preparePeople({ onAdd, onLanguage }) {
  const dialog = $("person-dialog");
  $("add-person").addEventListener("click", () => {
    $("person-name").value = "";
    for (const radio of document.getElementsByName("language")) {
      radio.checked = radio.value === spoken(currentLanguage());
    }
    dialog.showModal();
    $("person-name").focus();
  });
  dialog.querySelector("form").addEventListener("submit", () => {
    const name = $("person-name").value.trim();
    if (name) onAdd(name, dialog.querySelector('[name="language"]:checked').value);
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => onLanguage(button.dataset.language));
  }
  $("open-people").addEventListener("click", () => showPeople(true));
  $("shade").addEventListener("click", () => showPeople(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && showPeople(false));
}

/** Open or close the drawer of people on a phone. */
export function showPeople(open) {
  document.body.classList.toggle("people-open", open);
  $("open-people").setAttribute("aria-expanded", String(open));
}
