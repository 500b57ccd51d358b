/** Light or dark: as the system has it, until somebody chooses. */

import { $ } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}

/** Once, at the start. */
export function prepareTheme() {
  apply();
  $("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
    localStorage.setItem("theme", now === "dark" ? "light" : "dark");
    apply();
  });
}
