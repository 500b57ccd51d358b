"""The wire types between bot, ml, pay and web: JSON-safe, no I/O.

Everything here is stored in rows or sent between machines, so a change must still read what
an older version wrote. Protocols that one role offers to another stand here too, since the
roles never import each other.
"""
# Longer than other modules: the types hold each other, and each change of the wire is seen here.

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from modera_bot.errors import Code

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Category(StrEnum):
    """What part of the body a garment covers (the names CatVTON, FASHN and VITON-HD use)."""

    TOPS = "tops"
    BOTTOMS = "bottoms"
    ONE_PIECES = "one-pieces"


#: What is worn together as one look, in the order of dressing.
WORN_TOGETHER = (Category.BOTTOMS, Category.TOPS)


class Quality(StrEnum):
    """How much time and money a try-on may take."""

    STANDARD = "standard"
    HIGH = "high"
    PREMIUM = "premium"


class Feature(StrEnum):
    """What credits are spent on."""

    TRYON = "tryon"
    STYLING = "styling"
    RECOMMENDATIONS = "recommendations"


class Role(StrEnum):
    """What a photo shows, as far as a try-on is concerned."""

    PERSON = "person"
    GARMENT = "garment"
    UNSURE = "unsure"


class Notice(StrEnum):
    """Something worth knowing about a photo or a result that stops nothing.

    The locale text is ``notice-<value>`` (underscores as hyphens).
    """

    SLIGHTLY_TURNED = "slightly_turned"
    SEATED = "seated"
    HAND_IN_FRONT = "hand_in_front"
    HIPS_OUTSIDE = "hips_outside"
    SKIN_LIKE_CLOTHES = "skin_like_clothes"
    NO_FACE = "no_face"
    SMALL_PHOTO = "small_photo"
    DRAFT_UNLIKELY = "draft_unlikely"
    BELOW_STANDARD = "below_standard"
    ONLY_DRAFT = "only_draft"


class Wire(BaseModel):
    """Base of everything on the wire: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


#: A length as a share of a picture's width or height.
Share = Annotated[float, Field(ge=0, le=1)]


# --- pictures ---------------------------------------------------------------------------


class PersonAt(Wire):
    """Where one of several people is in a photo, in shares of its width and height.

    `box` is left, top, right, bottom; `point` (x, y) lies on the chest and tells this person
    from the others. `fault` is why this one can't be dressed (None: can be).
    """

    box: tuple[Share, Share, Share, Share]
    point: tuple[Share, Share]
    fault: Code | None = None


class PhotoReport(Wire):
    """What a look at one photo told.

    `person_fault` and `garment_fault` are why it can't serve as that (None: it can).
    `people_at` is where the people are, from left to right; SEVERAL_PEOPLE is lifted by a
    request that names the `point` of one of them.
    """

    role: Role
    width: int
    height: int
    people: int = 0
    people_at: tuple[PersonAt, ...] = ()
    category: Category | None = None
    person_fault: Code | None = None
    garment_fault: Code | None = None
    notices: tuple[Notice, ...] = ()

    def fault(self, role: Role) -> Code | None:
        """Why the photo can't be used in this role, or None."""
        return {Role.PERSON: self.person_fault, Role.GARMENT: self.garment_fault}.get(role)


class Inspector(Protocol):
    """Looks at photos as they arrive; offered by ml, used by bot and web."""

    def inspect(self, picture: bytes) -> PhotoReport:
        """Report on a normalised picture (JPEG or PNG bytes). Blocks up to a second."""
        ...


# --- updates ----------------------------------------------------------------------------


class Webhook(Protocol):
    """Where Telegram's posts go; offered by bot, used by web.

    `secret` is what Telegram must show with each of them.
    """

    secret: str

    async def receive(self, update: object) -> None:
        """Take one update; when this returns it can't be lost. Raises ValueError if it is none."""
        ...


# --- jobs -------------------------------------------------------------------------------


class JobKind(StrEnum):
    TRYON = "tryon"
    STYLING = "styling"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """Where a running job is; the locale text is ``stage-<value>``."""

    READING = "reading"
    COLOURS = "colours"
    OUTFITS = "outfits"
    FITTING = "fitting"
    DRAWING = "drawing"
    FINISHING = "finishing"


class JobStatus(Wire):
    """What a waiting person wants to know.

    `position` counts the jobs that will be served before this one (0: next or running);
    `progress` runs from 0 to 1; `eta_seconds` comes from measured durations, None if unknown.
    """

    job_id: str
    session_id: str
    state: JobState
    position: int = 0
    stage: Stage | None = None
    progress: float = 0.0
    eta_seconds: float | None = None


class GarmentRef(Wire):
    key: str
    category: Category | None = None  # None: guess it from the picture


class TryOnRequest(Wire):
    """Payload of a try-on job. Keys are storage keys.

    `person_at` is a point (x, y, in shares of width and height) on the person to dress, where
    the photo shows several.
    """

    person_key: str
    person_at: tuple[Share, Share] | None = None
    garments: tuple[GarmentRef, ...] = Field(min_length=1, max_length=4)
    quality: Quality = Quality.STANDARD


class Fit(StrEnum):
    """How a garment fits at one part; the locale text is ``fit-<value>``."""

    FITS = "fits"
    TIGHT = "tight"
    LOOSE = "loose"
    UNKNOWN = "unknown"


class FitAnalysis(Wire):
    """How a garment would fit, by part; filled by the fit backends. `advice` is one sentence."""

    shoulders: Fit = Fit.UNKNOWN
    chest: Fit = Fit.UNKNOWN
    waist: Fit = Fit.UNKNOWN
    length: Fit = Fit.UNKNOWN
    advice: str = ""


class FitJudge(Protocol):
    """Tells how the garment of a try-on would fit; offered by ml, used by bot and web."""

    def assess(self, user_id: int, tryon_id: str, language: str) -> FitAnalysis:
        """Judge a person's own try-on, and remember the answer. Blocks for seconds.

        Raises Refusal, BackendError, or StorageError when a photo is gone.
        """
        ...


class TryOnResult(Wire):
    """Outcome of a try-on job; `draft` is true for the quick free sketch.

    `seed` is that of the noise the picture was generated from, if it was. `garment_keys` are
    storage keys of the garments, where there were several.
    """

    tryon_id: str
    result_key: str
    backend: str
    draft: bool
    categories: tuple[Category, ...]
    width: int
    height: int
    seconds: float
    notices: tuple[Notice, ...] = ()
    quality_score: float | None = None
    fit: FitAnalysis | None = None
    seed: int | None = None
    garment_keys: tuple[str, ...] = ()
    quality_parts: dict[str, float] = {}
    cached: bool = False  # the picture of an earlier try-on of the same photos


class StylingResult(Wire):
    """Outcome of a styling job; the profile itself stands in `style_analyses`."""

    analysis_id: str
    card_key: str
    backend: str
    width: int
    height: int
    seconds: float


class EventKind(StrEnum):
    """What delivery turns into messages."""

    PREVIEW = "preview"  # a draft to look at while a slower backend works; data: TryOnResult
    FORMING = "forming"  # a picture as far as it has formed, once or more; data: TryOnResult
    DONE = "done"  # data: TryOnResult or StylingResult
    FAILED = "failed"  # data: Failure
    EXPIRED = "expired"  # a session ended by idleness; no job


class Failure(Wire):
    """Why a job ended without a result; credits held for it are released."""

    code: Code
    retry: bool = False  # whether the same photos may work later


class Event(Wire):
    """Something a person must hear of; at least once, in order within a session."""

    id: int
    kind: EventKind
    user_id: int
    session_id: str
    job_id: str | None
    data: TryOnResult | StylingResult | Failure | None
    created_at: datetime


# --- credits ----------------------------------------------------------------------------


class Credits(Protocol):
    """The hold seam: reserve before the work, then capture or release exactly once.

    All calls run inside the caller's transaction, so that a job and its hold, or a result and
    its charge, are committed together or not at all.
    """

    enabled: bool  # False: nothing is ever said about prices

    def price(self, feature: Feature, *, quality: Quality, garments: int = 1) -> int:
        """Credits one use costs, 0 for free."""
        ...

    def balance(self, conn: Connection, user_id: int) -> int | None:
        """Credits left, None for no limit."""
        ...

    def hold(
        self, conn: Connection, *, user_id: int, amount: int, feature: Feature, job_id: str
    ) -> str:
        """Reserve credits for a job and return the hold's id.

        Raises CreditsError(NOT_ENOUGH_CREDITS). Repeating it for the same job returns the
        same hold.
        """
        ...

    def capture(self, conn: Connection, hold_id: str) -> bool:
        """Spend what was held. True the first time; False if it was settled before."""
        ...

    def release(self, conn: Connection, hold_id: str, reason: str) -> bool:
        """Give back what was held. True the first time; False if it was settled before."""
        ...


# --- payments ---------------------------------------------------------------------------


class Package(Wire):
    """Credits on sale. Prices are in units of the currency: whole Stars, roubles, dollars."""

    name: str
    credits: int
    price: Decimal
    currency: str  # XTR, RUB or USD
    monthly: bool = False


class OrderState(StrEnum):
    CREATED = "created"
    PENDING = "pending"  # the person was told how to pay
    PAID = "paid"
    REFUNDED = "refunded"
    FAILED = "failed"
    EXPIRED = "expired"


class Order(Wire):
    """Somebody's purchase. `payment_id` is the provider's, once it is paid.

    `session_id` is the session that waits for the credits; `note` is why an operator gave them.
    """

    id: str
    user_id: int
    provider: str
    package: str
    credits: int
    amount: Decimal
    currency: str
    state: OrderState
    monthly: bool = False
    payment_id: str | None = None
    session_id: str | None = None
    note: str | None = None
    told: OrderState | None = None
    created_at: datetime
    paid_at: datetime | None = None


class Subscription(Wire):
    """A package paid each month. `payment_id` is of the first payment, `id` is its order."""

    id: str
    user_id: int
    provider: str
    payment_id: str
    until: datetime
    cancelled: bool


class Invoice(Wire):
    """The bot asks for the money: an invoice in the chat, or a link where it is monthly."""

    order: Order


class Link(Wire):
    """The person pays on a page of the provider's."""

    url: str


class ByHand(Wire):
    """Nothing to be done here: whoever runs the bot is paid otherwise, and grants the credits."""


Step = Invoice | Link | ByHand


class Promo(StrEnum):
    """What became of a promo code; the locale text is ``pay-promo-<value>``."""

    GIVEN = "given"
    UNKNOWN = "unknown"
    USED = "used"  # by this person, before
    OVER = "over"


class Payments(Protocol):
    """Orders and what they give; offered by pay, used by bot and web.

    All calls run inside the caller's transaction; repeating one changes nothing.
    """

    def packages(self, currency: str) -> tuple[Package, ...]:
        """What is on sale for XTR, RUB or USD."""
        ...

    def purchase(
        self,
        conn: Connection,
        *,
        user_id: int,
        package: str,
        currency: str,
        provider: str,
        session_id: str | None = None,
    ) -> tuple[Order, Step]:
        """Make an order and say what the person does next. Raises PaymentError."""
        ...

    def offered(self, conn: Connection, order_id: str, *, failed: bool = False) -> None:
        """Note that the person was told how to pay, or that this was not possible.

        An order that they were told how to pay before stays open: that way still works.
        """
        ...

    def may_pay(
        self, conn: Connection, order_id: str, *, user_id: int, amount: Decimal, currency: str
    ) -> bool:
        """Whether an order is open, theirs, and of this price."""
        ...

    def handle(self, conn: Connection, provider: str, event: Mapping[str, Any]) -> Order | None:
        """Do what a provider's event says: grant, take back, close.

        Returns the order as it stands then; None if the event is about no order of ours.
        """
        ...

    def expire(self, conn: Connection) -> int:
        """Close orders that nobody has paid for a day; returns how many."""
        ...

    def welcome(self, conn: Connection, user_id: int) -> int:
        """Give the starter credits, once; returns the balance."""
        ...

    def redeem(self, conn: Connection, user_id: int, code: str) -> tuple[Promo, int]:
        """Give the credits of a promo code; returns what became of it and how many it gives."""
        ...

    def use(
        self, conn: Connection, user_id: int, credits: int, feature: Feature, session_id: str
    ) -> bool:
        """Spend credits at once, once for each session and feature; False if done before.

        Raises CreditsError(NOT_ENOUGH_CREDITS).
        """
        ...

    def used(self, conn: Connection, user_id: int, feature: Feature, session_id: str) -> int | None:
        """Credits that `use` has spent on a feature in a session; None if it was not called."""
        ...
