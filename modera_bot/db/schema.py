"""The tables. Names and columns of the first six come from the specification.

`users.id` is a surrogate: it is what every other table, storage key, log line and job carries.
The Telegram id and names stand in `users` alone, so that a person can be erased. The `*_url`
columns hold storage keys; URLs are signed when handed out.
"""
# Longer than other modules: one metadata, whose tables refer to each other, and one page to read.

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A point in time, always aware and in UTC, also on SQLite, which keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = String(32)  # uuid4 as hex
Big = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def _user(*, index: bool = True) -> Column[int]:
    return Column(
        "user_id", Big, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=index
    )


users = Table(
    "users",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("username", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("language_code", String(8)),  # None until the person has chosen
    Column("credits", Integer, nullable=False, default=0),
    Column("total_spent", Numeric(14, 2), nullable=False, default=0),
    Column("style_profile", Json),
    Column("preferences", Json, nullable=False, default=dict),
    Column("created_at", Moment, nullable=False, default=now),
    Column("updated_at", Moment, nullable=False, default=now, onupdate=now),
    CheckConstraint("credits >= 0", name="credits_not_negative"),
    sqlite_autoincrement=True,  # an erased person's id is never given to another
)

fashion_sessions = Table(
    "fashion_sessions",
    metadata,
    Column("id", Id, primary_key=True),
    _user(),
    Column("session_type", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("state", String(32), nullable=False),
    Column("input_data", Json, nullable=False, default=dict),
    Column("result_data", Json),
    Column("credits_used", Integer, nullable=False, default=0),
    Column("processing_time", Float),  # seconds
    Column("created_at", Moment, nullable=False, default=now),
    Column("updated_at", Moment, nullable=False, default=now),
    Column("completed_at", Moment),
    CheckConstraint("session_type IN ('tryon', 'styling')", name="session_type"),
    CheckConstraint(
        "status IN ('active', 'completed', 'expired', 'cancelled', 'failed')", name="status"
    ),
)
Index(
    "uq_fashion_sessions_one_active",
    fashion_sessions.c.user_id,
    unique=True,
    sqlite_where=text("status = 'active' AND state != 'api'"),
    postgresql_where=text("status = 'active' AND state != 'api'"),
)

virtual_tryons = Table(
    "virtual_tryons",
    metadata,
    Column("id", Id, primary_key=True),
    Column("session_id", Id, ForeignKey("fashion_sessions.id", ondelete="CASCADE"), index=True),
    _user(),
    Column("clothing_image_url", Text, nullable=False),
    Column("person_image_url", Text, nullable=False),
    Column("result_image_url", Text),  # None once it is deleted or has expired
    Column("fit_analysis", Json),
    Column("quality_score", Float),
    Column("user_rating", Integer),
    Column("credits_used", Integer, nullable=False, default=3),
    Column("details", Json, nullable=False, default=dict),  # contracts.TryOnResult
    Column("fingerprint", String(64)),  # of photos, backend and settings: alike are made once
    Column("created_at", Moment, nullable=False, default=now),
    CheckConstraint("user_rating BETWEEN 1 AND 5", name="user_rating"),
)

Index(
    "ix_virtual_tryons_user_id_fingerprint",
    virtual_tryons.c.user_id,
    virtual_tryons.c.fingerprint,
)

ai_calls = Table(
    "ai_calls",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    # what was spent stays spent when a person is erased, but nobody's
    Column("user_id", Big, ForeignKey("users.id", ondelete="SET NULL"), index=True),
    Column("job_id", Id, ForeignKey("jobs.id", ondelete="SET NULL"), index=True),
    Column("attempt", Integer, nullable=False, default=0),
    Column("role", String(16), nullable=False),
    Column("backend", String(32), nullable=False),
    Column("model", Text, nullable=False),
    Column("input_tokens", Integer, nullable=False, default=0),
    Column("output_tokens", Integer, nullable=False, default=0),
    Column("price_usd", Float, nullable=False),
    Column("seconds", Float),
    Column("outcome", String(32), nullable=False, default="pending"),  # or ok, or an errors.Code
    Column("created_at", Moment, nullable=False, default=now, index=True),
    sqlite_autoincrement=True,
)

style_analyses = Table(
    "style_analyses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("session_id", Id, ForeignKey("fashion_sessions.id", ondelete="CASCADE"), index=True),
    _user(),
    Column("input_image_url", Text, nullable=False),
    Column("style_profile", Json),
    Column("recommendations", Json),  # the outfits of the profile
    Column("card_image_url", Text),  # None once it is deleted or has expired
    Column("user_feedback", Json),
    Column("credits_used", Integer, nullable=False, default=5),
    Column("created_at", Moment, nullable=False, default=now),
)

product_recommendations = Table(
    "product_recommendations",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "style_analysis_id",
        Id,
        ForeignKey("style_analyses.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("product_id", Text, nullable=False),
    Column("partner_name", Text, nullable=False),
    Column("product_url", Text, nullable=False),
    Column("product_data", Json),
    Column("recommendation_score", Float),
    Column("user_clicked", Boolean, nullable=False, default=False),
    Column("user_purchased", Boolean, nullable=False, default=False),
    Column("affiliate_commission", Numeric(14, 2)),
    Column("created_at", Moment, nullable=False, default=now),
)

credit_transactions = Table(
    "credit_transactions",
    metadata,
    Column("id", Id, primary_key=True),
    _user(),
    Column("transaction_type", String(16), nullable=False),
    Column("credits_amount", Integer, nullable=False),
    Column("cost_amount", Numeric(14, 2)),
    Column("currency", String(3)),
    Column("payment_provider", Text),
    Column("payment_id", Text),
    Column("feature_used", String(16)),
    Column("session_id", Id, ForeignKey("fashion_sessions.id", ondelete="SET NULL")),
    Column("created_at", Moment, nullable=False, default=now),
    CheckConstraint(
        "transaction_type IN ('purchase', 'usage', 'refund', 'grant', 'bonus')",
        name="transaction_type",
    ),
)

credit_holds = Table(
    "credit_holds",
    metadata,
    Column("id", Id, primary_key=True),
    _user(),
    Column("job_id", Id, nullable=False, unique=True),
    Column("feature", String(16), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("state", String(16), nullable=False, default="held"),
    Column("reason", Text),  # why it was released
    Column("created_at", Moment, nullable=False, default=now),
    Column("settled_at", Moment),
    CheckConstraint("amount >= 0", name="amount_not_negative"),
    CheckConstraint("state IN ('held', 'captured', 'released')", name="state"),
)

# --- the ledger: accounts are not people; see db/accounts.py -----------------------------

credit_accounts = Table(
    "credit_accounts",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("balance", BigInteger),  # Σ entries, kept by a trigger; None: too busy to be kept
    CheckConstraint(
        "(kind IN ('wallet', 'held') AND balance >= 0) OR (kind = 'debt' AND balance <= 0)"
        " OR (kind IN ('issued', 'spent', 'forfeited') AND balance IS NULL)",
        name="balance",
    ),
    sqlite_autoincrement=True,
)

credit_entries = Table(
    "credit_entries",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("debit_id", Big, ForeignKey("credit_accounts.id"), nullable=False, index=True),
    Column("credit_id", Big, ForeignKey("credit_accounts.id"), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("provider", String(16)),
    Column("payment_id", Text),
    Column("hold_id", Id),
    Column("created_at", Moment, nullable=False, default=now),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("debit_id <> credit_id", name="two_accounts"),
    UniqueConstraint("provider", "payment_id", "kind"),
    UniqueConstraint("hold_id", "kind"),
    sqlite_autoincrement=True,
)

credit_wallets = Table(
    "credit_wallets",
    metadata,
    Column("user_id", Big, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    *(
        Column(f"{kind}_id", Big, ForeignKey("credit_accounts.id"), nullable=False, unique=True)
        for kind in ("wallet", "held", "debt")
    ),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Id, primary_key=True),
    _user(),
    Column("provider", String(16), nullable=False),
    Column("package", String(32), nullable=False),
    Column("credits", Integer, nullable=False),
    Column("amount", Numeric(14, 2), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reported", Numeric(14, 2), nullable=False, default=0),  # the same in [pay] currency
    Column("state", String(16), nullable=False, default="created"),
    Column("told", String(16)),  # the last state that the person has been told of
    Column("payment_id", Text),
    Column("note", Text),  # why an operator granted it
    Column("monthly", Boolean, nullable=False, default=False),
    Column("session_id", Id, ForeignKey("fashion_sessions.id", ondelete="SET NULL")),
    Column("created_at", Moment, nullable=False, default=now),
    Column("paid_at", Moment),
    Column("closed_at", Moment),  # refunded, failed or expired
    CheckConstraint("credits > 0", name="credits"),
    CheckConstraint(
        "state IN ('created', 'pending', 'paid', 'refunded', 'failed', 'expired')", name="state"
    ),
    UniqueConstraint("provider", "payment_id"),
    Index("ix_orders_state_created_at", "state", "created_at"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    _user(),
    Column("provider", String(16), nullable=False),
    Column("payment_id", Text, nullable=False),  # of the first payment
    Column("until", Moment, nullable=False),
    Column("cancelled", Boolean, nullable=False, default=False),
    UniqueConstraint("provider", "payment_id"),
)

promo_uses = Table(
    "promo_uses",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("used", Integer, nullable=False, default=0),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(16), nullable=False),
    _user(index=False),
    Column("session_id", Id, ForeignKey("fashion_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("hold_id", Id),
    Column("state", String(16), nullable=False, default="queued"),
    Column("payload", Json, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),  # the fencing token: only grows
    Column("failures", Integer, nullable=False, default=0),  # attempts that count as spent
    Column("owner", Text),  # the process that runs it
    Column("lease_until", Moment),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("stage", String(16)),
    Column("progress", Float, nullable=False, default=0.0),
    Column("error", String(64)),  # errors.Code
    Column("queued_at", Moment, nullable=False, default=now),
    Column("due_at", Moment, nullable=False, default=now),  # not to be started before
    Column("started_at", Moment),  # of the last attempt
    Column("finished_at", Moment),
    CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
    Index("ix_jobs_state_queued_at", "state", "queued_at"),
    Index("ix_jobs_user_id_started_at", "user_id", "started_at"),
)

events = Table(
    "events",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    _user(),
    Column("session_id", Id, ForeignKey("fashion_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("job_id", Id),
    Column("data", Json),
    Column("tries", Integer, nullable=False, default=0),
    Column("due_at", Moment, nullable=False, default=now),
    Column("delivered_at", Moment),
    Column("created_at", Moment, nullable=False, default=now),
    Index("ix_events_delivered_at_due_at", "delivered_at", "due_at"),
    sqlite_autoincrement=True,
)

inbox = Table(
    "inbox",
    metadata,
    Column("bot_id", BigInteger, primary_key=True),
    Column("update_id", BigInteger, primary_key=True),
    Column("payload", Json),  # the raw update; None once it is handled
    Column("tries", Integer, nullable=False, default=0),
    Column("received_at", Moment, nullable=False, default=now),
    Column("handled_at", Moment, index=True),
)

pictures = Table(
    "pictures",
    metadata,
    Column("key", Text, primary_key=True),
    _user(),
    Column("purpose", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("report", Json),  # contracts.PhotoReport
    Column("created_at", Moment, nullable=False, default=now),
    Column("expires_at", Moment, index=True),
    CheckConstraint("purpose IN ('photo', 'result')", name="purpose"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    _user(),
    Column("purpose", String(32), nullable=False),
    Column("version", String(16), nullable=False),
    Column("language_code", String(8), nullable=False),
    Column("given_at", Moment, nullable=False, default=now),
    Column("withdrawn_at", Moment),
    UniqueConstraint("user_id", "purpose", "version"),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False, default=now),
    Column("action", String(32), nullable=False),
    Column("details", Json),  # counts and versions; nothing that names a person
    sqlite_autoincrement=True,
)
