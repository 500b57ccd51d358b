/** The people's side of the sandbox (userapi.py): JSON over HTTP, events over a WebSocket. */

const PAUSES = [300, 700, 1500, 3000]; // ms between attempts to reconnect; the last one repeats

/** The result of a call; a refusal is thrown as an Error in Telegram's words. */
async function call(path, options) {
  const response = await fetch(`/sandbox/api/${path}`, options);
  const answer = await response.json();
  if (answer.ok === false) throw new Error(answer.description);
  return answer.result ?? answer;
}

function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return call(path, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
}

export const listSamples = () => call("samples");
export const addPerson = (first_name, language_code) => post("users", { first_name, language_code });
export const chatOf = (id) => call(`users/${id}`);
export const sendText = (id, text, reply_to) => post(`users/${id}/text`, { text, reply_to });
export const deleteMessage = (id, message_id) => post(`users/${id}/delete`, { message_id });
export const setNetwork = (quality) => post("network", { quality });
export const act = (id, action, body) => post(`users/${id}/${action}`, body);
export const setLanguage = (id, language_code) => post(`users/${id}/language`, { language_code });
export const setBlocked = (id, blocked) => post(`users/${id}/block`, { blocked });
export const press = (id, message_id, data) => post(`users/${id}/press`, { message_id, data });

export const pay = (id, what) => post(`users/${id}/pay`, what);
export const invoiceBehind = (id, invoice) => call(`users/${id}/invoices/${invoice}`);
export const movePayment = (id, charge, action) => post(`users/${id}/payments/${charge}/${action}`);

/** Send files as "photos" or as "documents"; several become an album. */
export function sendFiles(id, kind, files, caption) {
  const form = new FormData();
  form.set("caption", caption);
  for (const file of files) form.append("file", file, file.name);
  return call(`users/${id}/${kind}`, { method: "POST", body: form });
}

/** Where a file of a chat is; `download` makes the browser save it. */
export function fileUrl(fileId, download = false) {
  return `/sandbox/files/${encodeURIComponent(fileId)}${download ? "?download" : ""}`;
}

/** Listen for ever: `onEvent(event)` for each, `onState(connected)` when that changes. */
export function listen(onEvent, onState) {
  let failures = 0;
  const open = () => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/sandbox/events`);
    socket.onmessage = ({ data }) => {
      failures = 0;
      onEvent(JSON.parse(data));
    };
    socket.onopen = () => onState(true);
    socket.onclose = () => {
      onState(false);
      setTimeout(open, PAUSES[Math.min(failures++, PAUSES.length - 1)]);
    };
  };
  open();
}
