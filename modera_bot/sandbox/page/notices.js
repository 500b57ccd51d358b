/** Short words to the person: toasts, alerts, bars. */

import { $, h } from "./dom.js";
import { has, t } from "./strings.js";

const TOAST_LIFE = 4000; // ms, and more for long texts

/** A text that comes and goes. */
export function toast(text, { bad = false } = {}) {
  const element = h("p", { class: bad ? "toast bad" : "toast" }, text);
  $("toasts").append(element);
  setTimeout(() => element.remove(), TOAST_LIFE + text.length * 40);
}

/** Run something the person asked for; a failure is told, not thrown. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(wordsFor(error.message), { bad: true });
    return null;
  }
}

/** What a refusal in Telegram's words means to a person. */
function wordsFor(reason) {
  const key = `refused_${reason.replace("Bad Request: ", "")}`;
  return has(key) ? t(key) : t("failed", { reason });
}

/** A text that must be confirmed (`show_alert`). */
export function alertBox(text) {
  $("alert-text").textContent = text;
  if (!$("alert").open) $("alert").showModal();
}

/** Make the close buttons of dialogs work, and clicks beside them. */
export function prepareDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
}
