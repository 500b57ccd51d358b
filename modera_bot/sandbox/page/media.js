/** What a message holds besides text: photos, documents, stickers, voice, places. */

import { fileUrl } from "./api.js";
import { h, icon } from "./dom.js";
import { fileSize, t } from "./strings.js";

const WIDEST = 430;
const HIGHEST = 430; // as in Telegram Desktop
const NARROWEST = 190;
const ALBUM = 430;

const revealed = new Set(); // message ids whose hidden photo was looked at

/** The width in pixels at which the photos of a message are shown: all of it where buttons are under it. */
export function photoWidth(messages) {
  if (messages.length > 1) return ALBUM;
  if (messages[0].reply_markup?.inline_keyboard) return WIDEST;
  const { width, height } = messages[0].photo.at(-1);
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  return Math.max(NARROWEST, Math.round(width * scale));
}

/** A photo, or the photos of an album as a grid. */
export function photos(messages, onOpen) {
  return h("div", { class: "photos", dataset: { count: messages.length } },
    messages.map((message) => photo(message, onOpen)));
}

function photo(message, onOpen) {
  const sizes = message.photo;
  const { width, height } = sizes.at(-1);
  const shown = sizes.find((size) => size.width >= 2 * Math.min(WIDEST, width) || size === sizes.at(-1));
  const hidden = message.has_media_spoiler && !revealed.has(message.message_id);
  const open = ({ currentTarget }) => {
    if (currentTarget.classList.contains("hidden-by-spoiler")) {
      revealed.add(message.message_id);
      currentTarget.classList.remove("hidden-by-spoiler");
      currentTarget.setAttribute("aria-label", t("photo"));
    } else onOpen(message);
  };
  const label = hidden ? t("showSpoiler") : t("photo");
  const ratio = Math.min(Math.max(width / height, NARROWEST / HIGHEST), 3);
  return h("button", {
    type: "button",
    class: hidden ? "photo hidden-by-spoiler" : "photo",
    "aria-label": label,
    onclick: open,
    vars: { ratio, picture: `url("${fileUrl(shown.file_id)}")` },
    dataset: { key: `photo:${message.message_id}`, testid: "photo" },
  }, h("img", { src: fileUrl(shown.file_id), alt: message.caption ?? "", draggable: false }));
}

/** A file to download, with a preview where it is a picture. */
export function documentOf({ document: file }) {
  const preview = file.thumbnail && h("img", { src: fileUrl(file.thumbnail.file_id), alt: "" });
  const props = { class: "document", href: fileUrl(file.file_id, true), download: file.file_name || true };
  return h("a", { ...props, title: t("download"), dataset: { testid: "document" } },
    h("span", { class: "document-icon" }, preview || icon("file")),
    h("span", {}, h("strong", {}, file.file_name || t("file")), h("small", {}, fileSize(file.file_size))));
}

export function sticker({ sticker: { file_id, emoji } }) {
  return h("img", { class: "sticker", src: fileUrl(file_id), alt: `${t("sticker")} ${emoji ?? ""}` });
}

/** The sandbox's voice messages hold no sound; the wave is for the eye. */
export function voice({ voice: { duration } }) {
  const bars = Array.from({ length: 30 }, (_, i) => Math.abs(Math.sin(i * 1.7) * Math.cos(i * 0.45)));
  return h("div", { class: "voice", role: "img", "aria-label": t("voice") },
    h("span", { class: "document-icon" }, icon("voice")),
    h("span", {},
      h("span", { class: "wave" }, bars.map((height) => h("i", { vars: { h: height } }))),
      h("small", {}, `0:${String(duration).padStart(2, "0")}`)));
}

export function place({ location: { latitude, longitude } }) {
  return h("div", { class: "place-card" },
    h("div", { class: "place" }, icon("place")),
    h("span", {}, `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`));
}
