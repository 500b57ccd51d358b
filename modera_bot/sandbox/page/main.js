/** The chat page: what stands where is in index.html, who does what is wired up here. */

import * as api from "./api.js";
import { Chat } from "./chat.js";
import { prepareComposer, showComposer } from "./composer.js";
import { $ } from "./dom.js";
import { answered, asked, copy, isWaiting } from "./keyboard.js";
import { openPhoto, prepareLightbox } from "./lightbox.js";
import { attachMenu } from "./menu.js";
import { alertBox, attempt, prepareDialogs, toast } from "./notices.js";
import { checkedOut, isInvoiceLink, payWith, preparePaying } from "./pay.js";
import { drawPeople, preparePeople, showPeople } from "./people.js";
import { messageMenu, prepareReplies, showReply, takeReply } from "./reply.js";
import { drawSamples, prepareSamples } from "./samples.js";
import { offer, prepareSending } from "./send.js";
import { drawStatus, setAction, setListening } from "./status.js";
import { currentLanguage, spoken, t, translate } from "./strings.js";
import { prepareTheme } from "./theme.js";
import { drawNetwork, prepareWeather, remembers } from "./weather.js";

const DRAW_AFTER = 16; // ms, about one frame
const RELOAD_AFTER = 100; // ms

const people = new Map(); // id -> person, with their last message
const unread = new Map(); // id -> number of messages nobody looked at
const pressed = new Map(); // query id -> {messageId, data}
const early = new Map(); // query id -> an answer that came before we knew its question

let me = null; // id of the person writing
let commands = [];
let drawing = 0; // timers
let reloading = 0;
let loading = 0; // chats being fetched; what is told meanwhile may be newer than what comes back,
const held = []; // so it waits here

const chat = new Chat(
  { scroll: $("scroll"), log: $("log"), toBottom: $("to-bottom"), unseen: $("unseen") },
  {
    onOpen: (message) => openPhoto(message, [...chat.messages.values()]),
    onCommand: (text) => attempt(() => api.sendText(me, text)),
    onPress: (message, button) => attempt(() => press(message, button)),
    onMore: messageMenu,
  },
);

/* Showing a person's chat. */

async function choose(id) {
  location.hash = id;
  if (remembers) localStorage.setItem("person", id);
  showPeople(false);
  await show(id);
}

async function show(id) {
  const fresh = id !== me;
  me = id;
  unread.delete(id);
  loading += 1;
  try {
    const view = await api.chatOf(id);
    if (id === me) fill(view, fresh); // else somebody was quicker and chose another person
  } finally {
    loading -= 1;
    if (!loading) held.splice(0).forEach(hear);
  }
}

function fill(view, fresh) {
  const { id } = view.user;
  people.set(id, view.user);
  commands = view.commands;
  translate(view.user.language_code);
  $("bot-name").textContent = view.name;
  $("description").textContent = view.description || view.short_description || t("noDescription");
  if (fresh) {
    chat.setDraft(null);
    setAction("");
    showReply(null);
  }
  chat.load(view.messages, fresh);
  drawSamples((file) => offer([file]));
  drawStatus();
  drawNow();
}

/** Draw what surrounds the chat: soon, and once for all that happens until then. */
function draw() {
  if (!drawing) drawing = setTimeout(drawNow, DRAW_AFTER);
}

function drawNow() {
  drawing = 0;
  const person = people.get(me);
  drawPeople(people, me, unread, (id) => attempt(() => choose(id)));
  const waiting = [...unread.values()].reduce((sum, n) => sum + n, 0);
  document.title = (waiting ? `(${waiting}) ` : "") + $("bot-name").textContent;
  if (!person) return;
  $("welcome").hidden = chat.messages.size > 0 || person.met;
  $("block").querySelector("span").textContent = t(person.blocked ? "unblockBot" : "block");
  $("block").disabled = !person.met;
  showComposer(person, commands, { onText: say, onLocation: () => act("location") });
}

/* What the person does. */

const say = (text) => attempt(() => api.sendText(me, text, takeReply()));

function act(name) {
  const place = name === "location" ? { latitude: 41.9028, longitude: 12.4964 } : {};
  return attempt(() => api.act(me, name, place));
}

async function send(kind, files, caption) {
  $("sending").hidden = false;
  await attempt(() => api.sendFiles(me, kind, files, caption));
  $("sending").hidden = true;
}

async function press(message, button) {
  if (button.copy_text) return toast(await copy(button.copy_text.text));
  if (button.pay || isInvoiceLink(button.url)) return payWith(me, message, button);
  const { callback_data: data } = button;
  const { message_id: messageId } = message;
  if (!data) return toast(t("notHere"));
  if (isWaiting(messageId, data)) return null;
  asked(messageId, data);
  try {
    const { query_id: id } = await api.press(me, messageId, data);
    pressed.set(id, { messageId, data });
    if (early.has(id)) answer(early.get(id));
  } catch (error) {
    answered(messageId, data);
    throw error;
  }
  return null;
}

function answer(event) {
  const question = pressed.get(event.query_id);
  if (!question) {
    early.set(event.query_id, event);
    if (early.size > 50) early.delete(early.keys().next().value); // another tab asked
    return;
  }
  pressed.delete(event.query_id);
  early.delete(event.query_id);
  answered(question.messageId, question.data);
  if (event.text) (event.show_alert ? alertBox : toast)(event.text);
}

/* What the sandbox tells (stream.py). */

const mine = (act) => (event) => event.chat_id === me && act(event);

const HEARD = {
  hello: (event) => attempt(() => begin(event)),
  user: ({ user }) => {
    people.set(user.id, user);
    draw();
  },
  message: (event) => arrived(event),
  edit: (event) => changed(event),
  delete: mine(({ message_id }) => chat.remove(message_id)),
  heard: mine(({ message_ids }) => chat.heard(message_ids)),
  draft: mine(({ draft }) => chat.setDraft(draft)),
  action: mine(({ action }) => setAction(action)),
  answer: mine(answer),
  checkout: mine(checkedOut),
  bot: ({ listening }) => setListening(listening),
  network: ({ quality }) => drawNetwork(quality),
  profile: () => {
    clearTimeout(reloading); // a bot that starts sets many things at once
    reloading = setTimeout(() => me && attempt(() => show(me)), RELOAD_AFTER);
  },
};

function hear(event) {
  if (loading && event.type !== "hello") held.push(event);
  else HEARD[event.type]?.(event);
}

function arrived({ chat_id: id, message }) {
  const person = people.get(id);
  if (person) person.last = message;
  if (id === me) {
    if (!message.sandbox.outgoing) setAction("");
    chat.put(message);
  } else if (!message.sandbox.outgoing) unread.set(id, (unread.get(id) ?? 0) + 1);
  draw();
}

function changed({ chat_id: id, message }) {
  const person = people.get(id);
  if (person?.last?.message_id === message.message_id) {
    person.last = message;
    draw();
  }
  if (id !== me) return;
  if (message.photo) setAction(""); // what was being sent is there
  chat.put(message);
}

/** The first word after every connection: who is there. Somebody always is. */
async function begin({ bot, users, network }) {
  drawNetwork(network);
  people.clear();
  for (const user of users) people.set(user.id, user);
  setListening(bot.listening);
  const wanted = [me, Number(location.hash.slice(1)), Number(localStorage.getItem("person"))];
  const id = wanted.find((one) => people.has(one)) ?? users[0]?.id;
  if (id) return choose(id);
  translate(navigator.language);
  return add(t("firstPerson"), currentLanguage());
}

async function add(name, language) {
  const person = await api.addPerson(name, language);
  people.set(person.id, person);
  await choose(person.id);
}

/* Once. */

translate(navigator.language);
prepareTheme();
prepareDialogs();
preparePaying();
prepareLightbox();
prepareSending(send);
prepareComposer({ onText: say, onWide: begun, onAct: act });
preparePeople({
  onAdd: (name, language) => attempt(() => add(name, language)),
  onLanguage: (code) => attempt(() => speak(code)),
});
attachMenu($("more"), $("more-menu"));
prepareReplies((message) => attempt(() => api.deleteMessage(me, message.message_id)));
prepareWeather(somebodyElse);
$("block").addEventListener("click", () => attempt(() => api.setBlocked(me, !people.get(me).blocked)));
attempt(() => prepareSamples((file) => offer([file])));
addEventListener("hashchange", () => {
  const id = Number(location.hash.slice(1));
  if (id !== me && people.has(id)) attempt(() => choose(id));
});
const below = new ResizeObserver(() => {
  const height = $("foot").offsetHeight + $("tray").offsetHeight;
  document.documentElement.style.setProperty("--foot", `${height + 12}px`);
});
below.observe($("foot"));
below.observe($("tray"));
api.listen(hear, (connected) => { $("offline").hidden = connected; });

async function begun() {
  if (people.get(me).blocked) await attempt(() => api.setBlocked(me, false));
  await say("/start");
}

/** Whose chat may stand beside this one; somebody new where nobody else is. */
async function somebodyElse() {
  const other = [...people.keys()].find((id) => id !== me);
  return other ?? (await api.addPerson(t("secondPerson"), currentLanguage())).id;
}

async function speak(code) {
  if (spoken(people.get(me).language_code) !== code) await api.setLanguage(me, code);
  await show(me);
}
