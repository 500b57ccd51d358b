/** How good the network is, and a second person's chat beside this one. */

import * as api from "./api.js";
import { $ } from "./dom.js";
import { attempt } from "./notices.js";
import { t } from "./strings.js";

const embedded = new URLSearchParams(location.search).has("beside");

/** Once; `other()` is the id of somebody else, who may be made for it. */
export function prepareWeather(other) {
  document.body.classList.toggle("embedded", embedded);
  for (const button of document.querySelectorAll("[data-network]")) {
    button.addEventListener("click", () => attempt(() => api.setNetwork(button.dataset.network)));
  }
  $("beside").hidden = embedded;
  $("beside").addEventListener("click", () => attempt(async () => {
    const frame = $("second");
    if (!frame.hidden) {
      frame.hidden = true;
      frame.src = "about:blank";
    } else {
      frame.src = `/?beside#${await other()}`;
      frame.title = t("beside");
      frame.hidden = false;
    }
    $("beside").setAttribute("aria-checked", String(!frame.hidden));
  }));
}

/** Show what the network is like now. */
export function drawNetwork(quality) {
  for (const button of document.querySelectorAll("[data-network]")) {
    button.setAttribute("aria-checked", String(button.dataset.network === quality));
  }
  $("network").hidden = quality === "good";
  $("network").textContent = quality === "good" ? "" : t(`network-${quality}`);
}

/** Whether the choice of a person is remembered for the next visit: not that of a second chat. */
export const remembers = !embedded;
