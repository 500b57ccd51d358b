/** The big picture, with the other photos of the chat to the left and right. */

import { fileUrl } from "./api.js";
import { $ } from "./dom.js";

let photos = [];
let at = 0;

/** Open the photo of a message among all messages of the chat. */
export function openPhoto(message, messages) {
  photos = messages.filter((one) => one.photo);
  at = photos.findIndex((one) => one.message_id === message.message_id);
  show();
  $("lightbox").showModal();
}

function show() {
  const message = photos[at];
  const { file_id } = message.photo.at(-1);
  $("lightbox-photo").src = fileUrl(file_id);
  $("lightbox-caption").textContent = message.caption ?? "";
  $("lightbox-download").href = fileUrl(file_id, true);
  $("lightbox-download").hidden = Boolean(message.has_protected_content);
  $("lightbox-previous").hidden = at === 0;
  $("lightbox-next").hidden = at === photos.length - 1;
}

function step(by) {
  if (!photos[at + by]) return;
  at += by;
  show();
}

/** Once, at the start. */
export function prepareLightbox() {
  $("lightbox-previous").addEventListener("click", () => step(-1));
  $("lightbox-next").addEventListener("click", () => step(1));
  $("lightbox").addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
}
