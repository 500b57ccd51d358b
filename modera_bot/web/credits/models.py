"""What the contracts of credits take and answer."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from modera_bot.contracts import Feature, OrderState, Wire
from modera_bot.web.contract import SessionId, UserId


class Sold(StrEnum):
    """The packages that can be bought over HTTP."""

    BASIC = "basic"
    PREMIUM = "premium"


class NextStep(StrEnum):
    """What is to be done about a new order."""

    INVOICE = "invoice"  # ask for an address by /api/v1/invoice/create
    LINK = "link"  # the person pays at payment_url
    BY_HAND = "by_hand"  # paid elsewhere; the operator grants the credits


class Prices(BaseModel):
    """Credits that one use costs in standard quality; 0 is free."""

    tryon: int
    styling: int
    recommendations: int


class Balance(BaseModel):
    """`enabled` false: everything is free here, and `credits`, `held`, `owed` are null."""

    user_id: int
    enabled: bool
    credits: Annotated[int | None, Field(description="What can be spent.")]
    held: Annotated[int | None, Field(description="Reserved for jobs that have not ended.")]
    owed: Annotated[int | None, Field(description="Settled by the next purchase.")]
    prices: Prices


class Buy(Wire):
    user_id: UserId
    package_type: Sold
    currency: Literal["RUB", "USD", "XTR"]
    payment_provider: Annotated[
        str, Field(min_length=1, max_length=32, examples=["stars", "manual"])
    ]


class Bought(BaseModel):
    """An order; `amount` is in whole units of the currency, Stars for XTR."""

    order_id: str
    user_id: int
    status: OrderState
    package_type: str
    credits: int
    amount: Decimal
    currency: str
    payment_provider: str
    next_step: NextStep
    payment_url: str | None


class Use(Wire):
    user_id: UserId
    credits_amount: Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
    feature_used: Feature
    session_id: SessionId


class Used(BaseModel):
    """What a use has cost. `repeated`: it was spent before. Where everything is free,
    `credits_used` is 0 and `credits` null."""

    user_id: int
    session_id: str
    feature_used: Feature
    credits_used: int
    repeated: bool
    enabled: bool
    credits: Annotated[int | None, Field(description="What is left to be spent.")]


class Invoice(Wire):
    user_id: UserId
    order_id: Annotated[str, Field(min_length=1, max_length=64, description="As bought.")]


class Invoiced(BaseModel):
    """An address in Telegram at which the person, and nobody else, can pay the order."""

    order_id: str
    status: OrderState
    payment_url: str
