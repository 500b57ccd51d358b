/** Choosing pictures: from the disk, by drag and drop, from the clipboard; then the sheet to send them. */

import { $, h, icon } from "./dom.js";
import { toast } from "./notices.js";
import { fileSize, plural, t } from "./strings.js";

const MOST = 10;
const PICTURE = /^image\/(jpeg|png|webp|gif|bmp|avif|heic|heif|tiff)$/;

let chosen = [];
let urls = [];

/** Once; `onSend(kind, files, caption)` with kind "photos" or "documents". */
export function prepareSending(onSend) {
  const dialog = $("send-dialog");
  pickWith($("pick-photos"), $("photo-input"), "photos");
  pickWith($("pick-files"), $("file-input"), "documents");
  $("add-more").addEventListener("click", () => $("file-input").click());
  $("send-as").addEventListener("change", hint);
  dialog.querySelector("form").addEventListener("submit", () => {
    if (chosen.length) onSend(kind(), chosen, $("caption").value.trim());
  });
  dialog.addEventListener("close", forget);
  $("caption").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    dialog.querySelector("form").requestSubmit();
  });
  watchDrops();
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || document.querySelector("dialog[open]:not(#send-dialog)")) return;
    event.preventDefault();
    offer(files);
  });
}

/** Open the sheet with these files, or add them to it. */
export function offer(files, as = "photos") {
  if (!files.length) return;
  if (chosen.length + files.length > MOST) toast(t("tooMany"));
  const first = !$("send-dialog").open;
  chosen = [...chosen, ...files].slice(0, MOST);
  const photosPossible = onlyPictures();
  const radios = document.getElementsByName("as");
  radios[0].disabled = !photosPossible;
  if (first || !photosPossible) radios[photosPossible && as === "photos" ? 0 : 1].checked = true;
  draw();
  if (first) {
    $("caption").value = "";
    $("send-dialog").showModal();
    if (matchMedia("(pointer: fine)").matches) $("caption").focus(); // a phone would show its keys
  }
}

function onlyPictures() {
  return chosen.every((file) => PICTURE.test(file.type));
}

function kind() {
  return document.querySelector('[name="as"]:checked').value;
}

function hint() {
  $("send-hint").textContent = t(kind() === "photos" ? "photoHint" : "fileHint");
}

function draw() {
  release();
  $("send-title").textContent = plural(onlyPictures() ? "pictures" : "files", chosen.length);
  $("add-more").disabled = chosen.length >= MOST;
  $("previews").replaceChildren(...chosen.map((file) => h("li", {}, preview(file),
    chosen.length > 1 && h("button", { type: "button", class: "round", "aria-label": t("remove"), onclick: () => drop(file) }, icon("close")))));
  hint();
}

function preview(file) {
  if (!PICTURE.test(file.type)) {
    return h("div", { class: "plain-file" }, icon("file"), h("strong", {}, file.name), fileSize(file.size));
  }
  const url = URL.createObjectURL(file);
  urls.push(url);
  return h("img", { src: url, alt: file.name });
}

function drop(file) {
  chosen = chosen.filter((other) => other !== file);
  draw();
}

function forget() {
  release();
  chosen = [];
}

function release() {
  urls.forEach((url) => URL.revokeObjectURL(url));
  urls = [];
}

function pickWith(button, input, as) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    offer([...input.files], as);
    input.value = "";
  });
}

/** The overlay shows while files are over the page; `depth` counts the elements entered. */
function watchDrops() {
  let depth = 0;
  const show = (now) => {
    depth = now;
    $("drop").hidden = depth === 0;
  };
  const withFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => withFiles(event) && show(depth + 1));
  document.addEventListener("dragleave", (event) => withFiles(event) && show(Math.max(0, depth - 1)));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    show(0);
    offer([...event.dataTransfer.files]);
  });
}
