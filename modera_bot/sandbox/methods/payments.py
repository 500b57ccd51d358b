"""Invoices and Stars (Bot API, "Payments"); for Stars alone, whatever else Telegram takes."""

from __future__ import annotations

import time

from modera_bot.sandbox.buyers import refund
from modera_bot.sandbox.markup import check_keyboard
from modera_bot.sandbox.methods.call import Call, Json, post
from modera_bot.sandbox.payments import CHECKOUT_S, Invoice
from modera_bot.sandbox.refusals import QUERY_TOO_OLD, bad_request

MAX_STARS, MAX_MONTHLY = 25_000, 10_000
MONTH = 2_592_000  # seconds; Telegram knows no other period


async def send_invoice(call: Call) -> Json:
    """sendInvoice; without a keyboard of its own the message gets a button to pay."""
    person, invoice = call.person(), _invoice(call)
    buttons = call.fields.get("reply_markup") or {}
    if buttons:
        check_keyboard(buttons)
        first = (buttons.get("inline_keyboard") or [[{}]])[0][0]
        if not first.get("pay"):
            raise bad_request("the first button must be a Pay button")
    else:
        pay = {"text": f"Pay ⭐️{invoice.amount}", "pay": True}
        call.fields["reply_markup"] = {"inline_keyboard": [[pay]]}
    content = {
        "invoice": {
            "title": invoice.title,
            "description": invoice.description,
            "start_parameter": call.fields.get("start_parameter", ""),
            "currency": "XTR",
            "total_amount": invoice.amount,
        }
    }
    message = post(call, person, content)
    invoice.id = f"{person.id}:{message['message_id']}"
    call.world.payments.save(invoice)
    return message


async def create_invoice_link(call: Call) -> str:
    """createInvoiceLink; for subscriptions, too."""
    invoice, period = _invoice(call), call.fields.get("subscription_period")
    if period not in (None, MONTH):
        raise bad_request("SUBSCRIPTION_PERIOD_INVALID")
    if period and invoice.amount > MAX_MONTHLY:
        raise bad_request("STARS_AMOUNT_INVALID")
    invoice.id, invoice.period = f"sandbox{call.world.next_id('query')}", period
    call.world.payments.save(invoice)
    return f"https://t.me/${invoice.id}"


async def answer_pre_checkout_query(call: Call) -> bool:
    """answerPreCheckoutQuery; after ten seconds it is too late."""
    fields, payments = call.fields, call.world.payments
    checkout = payments.checkouts.get(fields["pre_checkout_query_id"])
    late = checkout is None or checkout.answered or time.time() - checkout.asked > CHECKOUT_S
    if late or checkout is None:
        raise bad_request(QUERY_TOO_OLD)
    if not fields["ok"] and not fields.get("error_message"):
        raise bad_request("error message is empty")
    checkout.answered = True
    payments.save(checkout)
    call.world.on_checkout(checkout, fields["ok"], fields.get("error_message", ""))
    return True


async def refund_star_payment(call: Call) -> bool:
    """refundStarPayment."""
    payment = call.world.payments.paid.get(call.fields["telegram_payment_charge_id"])
    if payment is None or payment.person_id != call.fields["user_id"]:
        raise bad_request("CHARGE_NOT_FOUND")
    refund(call.world, payment)
    return True


async def get_star_transactions(call: Call) -> Json:
    """getStarTransactions: what came and went, in the order of time."""
    offset, limit = call.fields.get("offset", 0), call.fields.get("limit", 100)
    if not 1 <= limit <= 100 or offset < 0:
        raise bad_request("LIMIT_INVALID")
    found = []
    for date, payment, went in call.world.payments.movements()[offset : offset + limit]:
        person = call.world.people[payment.person_id]
        partner: Json = {
            "type": "user",
            "transaction_type": "invoice_payment",
            "user": person.as_user(),
            "invoice_payload": payment.payload,
        }
        if payment.period is not None:
            partner["subscription_period"] = payment.period
        side = "receiver" if went else "source"
        found.append({"id": payment.id, "amount": payment.amount, "date": date, side: partner})
    return {"transactions": found}


async def edit_user_star_subscription(call: Call) -> bool:
    """editUserStarSubscription: the bot ends a subscription with its period, or resumes it."""
    payments = call.world.payments
    last = payments.subscription(call.fields["telegram_payment_charge_id"])
    if last is None or last.person_id != call.fields["user_id"]:
        raise bad_request("CHARGE_NOT_FOUND")
    last.stopped = call.fields["is_canceled"]
    payments.save(last)
    call.world.publish({"type": "profile"})
    return True


def _invoice(call: Call) -> Invoice:
    """The fields of an invoice, as strict as Telegram."""
    fields = call.fields
    if fields["currency"] != "XTR":
        raise bad_request("CURRENCY_INVALID (the sandbox takes Stars alone)")
    if fields.get("provider_token"):
        raise bad_request("PAYMENT_PROVIDER_INVALID (it must be empty for Stars)")
    if len(fields["prices"]) != 1:
        raise bad_request("STARS_INVOICE_INVALID (exactly one price)")
    if not 1 <= len(fields["title"]) <= 32:
        raise bad_request("INVOICE_TITLE_INVALID")
    if not 1 <= len(fields["description"]) <= 255:
        raise bad_request("INVOICE_DESCRIPTION_INVALID")
    if not 1 <= len(fields["payload"].encode()) <= 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    amount = fields["prices"][0]["amount"]
    if not 1 <= amount <= MAX_STARS:
        raise bad_request("STARS_AMOUNT_INVALID")
    return Invoice("", fields["title"], fields["description"], fields["payload"], amount)
