/** The tray of sample pictures above the field. */

import { listSamples } from "./api.js";
import { $, h, icon } from "./dom.js";
import { t } from "./strings.js";

const TITLES = { people: "samplePeople", garments: "sampleGarments" };

// Where the tray would take a third of what there is to see; the width as in layout.css.
const SMALL = matchMedia("(max-width: 720px), (max-height: 500px)");

let names = [];

/** Load the list; `onChoose(file)` gets a File. */
export async function prepareSamples(onChoose) {
  names = await listSamples();
  $("samples").hidden = names.length === 0;
  $("samples").addEventListener("click", () => showTray($("tray").hidden));
  drawSamples(onChoose);
  const wanted = localStorage.getItem("tray");
  showTray(names.length > 0 && (wanted ? wanted === "open" : innerHeight > 700 && !SMALL.matches), false);
}

/** Draw the tray, in the language of the page. */
export function drawSamples(onChoose) {
  const rows = Object.keys(TITLES).map((kind) => {
    const found = names.filter((name) => name.startsWith(`${kind}/`));
    return found.length > 0 && h("div", {}, h("h2", {}, t(TITLES[kind])),
      h("ul", {}, found.map((name, i) => h("li", {}, sample(name, `${t(TITLES[kind])} ${i + 1}`, onChoose)))));
  });
  $("tray").replaceChildren(
    h("div", { class: "tray-rows" }, rows),
    h("button", { type: "button", class: "round", "aria-label": t("close"), onclick: () => showTray(false) }, icon("close")));
}

function sample(name, label, onChoose) {
  const url = `/sandbox/samples/${name}`;
  const choose = async () => {
    const blob = await (await fetch(url)).blob();
    if (SMALL.matches) showTray(false);
    onChoose(new File([blob], name.split("/").at(-1), { type: blob.type }));
  };
  return h("button", { type: "button", class: "sample", "aria-label": label, title: label, onclick: choose, dataset: { testid: "sample" } },
    h("img", { src: url, alt: "", loading: "lazy", draggable: false }));
}

function showTray(open, remember = true) {
  $("tray").hidden = !open;
  $("samples").setAttribute("aria-expanded", String(open));
  if (remember) localStorage.setItem("tray", open ? "open" : "closed");
}
