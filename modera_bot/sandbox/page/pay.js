/** Stars: invoices, the sheet that asks before paying, and what can be done with a payment later. */

import * as api from "./api.js";
import { $, h } from "./dom.js";
import { attempt, toast } from "./notices.js";
import { t } from "./strings.js";

const INVOICE_LINK = /^https:\/\/t\.me\/\$(\w+)$/;
const GIVE_UP = 10_000; // ms in which a bot must answer (Bot API, PreCheckoutQuery)

const waiting = new Map(); // query id -> timer
let confirm = () => {};

export const isInvoiceLink = (url) => INVOICE_LINK.test(url ?? "");

/** What an invoice shows of itself. */
export function invoiceOf({ invoice }) {
  return h("div", { class: "invoice" }, h("strong", {}, invoice.title), h("span", {}, invoice.description));
}

/** Once. */
export function preparePaying() {
  $("pay-dialog").querySelector("form").addEventListener("submit", () => confirm());
}

/** Ask, and pay: an invoice in the chat, or the one behind a link. */
export async function payWith(me, message, button) {
  const [, id] = INVOICE_LINK.exec(button.url ?? "") ?? [];
  const invoice = id ? await api.invoiceBehind(me, id) : message.invoice;
  const amount = invoice.amount ?? invoice.total_amount;
  $("pay-title").textContent = invoice.title;
  $("pay-text").textContent = t(invoice.period ? "payMonthly" : "payOnce", { n: amount });
  $("pay-now").textContent = t("pay", { n: amount });
  confirm = () => attempt(() => pay(me, id ? { link: button.url } : { message_id: message.message_id }));
  $("pay-dialog").showModal();
}

async function pay(me, what) {
  const { query_id: id } = await api.pay(me, what);
  waiting.set(id, setTimeout(() => {
    waiting.delete(id);
    toast(t("payTimeout"), { bad: true });
  }, GIVE_UP));
}

/** The bot has said whether it may be paid; a yes has been paid by now. */
export function checkedOut({ query_id: id, ok, error }) {
  clearTimeout(waiting.get(id));
  if (waiting.delete(id) && !ok) toast(error, { bad: true });
}

/** A line about a payment, with what a person could do about it at Telegram. */
export function paymentItem(message) {
  const paid = message.successful_payment ?? message.refunded_payment;
  const key = message.refunded_payment ? "refundedStars" : "paidStars";
  const monthly = paid.subscription_expiration_date;
  const actions = message.refunded_payment ? [] : ["refund", ...(monthly ? ["renew", "cancel"] : [])];
  return h("li", { class: "service", dataset: { id: message.message_id, testid: "payment" } },
    h("span", {}, t(key, { n: paid.total_amount })),
    actions.map((action) => h("button", { type: "button", onclick: () => move(message, paid, action) }, t(LABELS[action]))));
}

const LABELS = { refund: "refund", renew: "nextMonth", cancel: "cancelMonthly" };

function move(message, paid, action) {
  return attempt(() => api.movePayment(message.chat.id, paid.telegram_payment_charge_id, action));
}
