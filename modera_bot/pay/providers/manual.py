"""Credits given by whoever runs the bot: a gift, an apology, or paid in some other way."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from modera_bot.contracts import ByHand, Order, Step
from modera_bot.db.accounts import Entry
from modera_bot.pay.base import Closed, Json, Paid, Signal


class Manual:
    """pay.base.Provider. Its event is the operator's word: `{"order_id", "payment_id"}`."""

    name = "manual"
    currencies = frozenset({"RUB", "USD"})
    entry = Entry.GRANT

    def create(self, order: Order) -> Step:
        return ByHand()

    def interpret(self, event: Json) -> Signal | None:
        if event.get("refused"):
            return Closed(event["order_id"])
        amount = Decimal(event["amount"])
        return Paid(event["order_id"], event["payment_id"], amount, event["currency"])

    def reconcile(self, statement: Iterable[Json]) -> Iterator[Signal]:
        yield from filter(None, map(self.interpret, statement))
