"""What people do with their Stars: pay, get them back, let a subscription go on or end."""

from __future__ import annotations

import time
from typing import Any

from modera_bot.sandbox.payments import Checkout, Invoice, Payment, moment
from modera_bot.sandbox.refusals import bad_request
from modera_bot.sandbox.world import Person, World

Json = dict[str, Any]


class Buyers:
    """Turns payments into updates; says at once what a bot's answer leads to."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.on_checkout = self._answered

    def pay(self, person: Person, invoice_id: str, *, early: bool = False) -> Checkout:
        """Confirm an invoice: the bot is asked, and its yes is the payment.

        `early`: the payment is told before the question, as over a bad connection.
        """
        invoice = self._world.payments.invoices.get(invoice_id)
        if invoice is None:
            raise bad_request("INVOICE_NOT_FOUND")
        if invoice.paid:
            raise bad_request("INVOICE_ALREADY_PAID")
        checkout = Checkout(
            str(self._world.next_id("query")), person.id, invoice_id, time.time(), answered=early
        )
        self._world.payments.save(checkout)
        if early:
            self._charge(person, invoice)
        query = {
            "id": checkout.id,
            "from": person.as_user(),
            "currency": "XTR",
            "total_amount": invoice.amount,
            "invoice_payload": invoice.payload,
        }
        self._world.updates.add("pre_checkout_query", query)
        return checkout

    def renew(self, person: Person, charge_id: str) -> Payment:
        """A month is over: the next one is paid, unless somebody has cancelled it."""
        last = self._subscription(person, charge_id)
        if last.cancelled or last.stopped or last.refunded_at is not None:
            raise bad_request("SUBSCRIPTION_CANCELLED")
        return self._charge(person, self._world.payments.invoices[last.invoice_id], last)

    def cancel(self, person: Person, charge_id: str, *, cancelled: bool) -> None:
        """Stop a subscription, or let it go on, in Telegram's own settings."""
        last = self._subscription(person, charge_id)
        last.cancelled = cancelled
        self._world.payments.save(last)

    def refund(self, person: Person, charge_id: str) -> None:
        """Telegram gives the Stars back."""
        refund(self._world, self._payment(person, charge_id))

    def tell_again(self, person: Person, charge_id: str) -> None:
        """Deliver a payment once more, as another update."""
        payment = self._payment(person, charge_id)
        for message in self._world.messages[person.id].values():
            paid = message.get("successful_payment", {})
            if paid.get("telegram_payment_charge_id") == payment.id:
                self._world.updates.add("message", message)

    def _payment(self, person: Person, charge_id: str) -> Payment:
        payment = self._world.payments.paid.get(charge_id)
        if payment is None or payment.person_id != person.id:
            raise bad_request("CHARGE_NOT_FOUND")
        return payment

    def _subscription(self, person: Person, charge_id: str) -> Payment:
        self._payment(person, charge_id)
        last = self._world.payments.subscription(charge_id)
        if last is None:
            raise bad_request("SUBSCRIPTION_NOT_FOUND")
        return last

    def _answered(self, checkout: Checkout, ok: bool, error: str) -> None:
        payments = self._world.payments
        if ok:
            person = self._world.people[checkout.person_id]
            self._charge(person, payments.invoices[checkout.invoice_id])
        event = {"type": "checkout", "chat_id": checkout.person_id, "query_id": checkout.id}
        self._world.publish(event | {"ok": ok, "error": error})

    def _charge(self, person: Person, invoice: Invoice, last: Payment | None = None) -> Payment:
        charge_id = f"stx{self._world.next_id('query')}"
        payment = Payment(
            charge_id, person.id, invoice.id, invoice.amount, invoice.payload, moment()
        )
        if invoice.period is not None:
            begins = last.until if last and last.until else payment.date
            payment.period, payment.until = invoice.period, begins + invoice.period
            payment.first = last.first if last else charge_id
        else:
            invoice.paid = True
            self._world.payments.save(invoice)
        self._world.payments.save(payment)
        _say(self._world, person, {"successful_payment": payment.as_event()})
        return payment


def refund(world: World, payment: Payment) -> None:
    """Give Stars back and tell the bot of it.

    Raises:
        Refusal: that was done before.
    """
    if payment.refunded_at is not None:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    payment.refunded_at = moment()
    world.payments.save(payment)
    _say(world, world.people[payment.person_id], {"refunded_payment": payment.as_refund()})


def _say(world: World, person: Person, content: Json) -> None:
    """A message about a payment, of which the person is the sender."""
    message = {
        "message_id": world.next_id("message"),
        "from": person.as_user(),
        "chat": person.as_chat(),
        "date": moment(),
    } | content
    world.updates.add("message", message)
    world.save_message(message)
