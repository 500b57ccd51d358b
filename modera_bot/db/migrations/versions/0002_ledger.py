"""The ledger: accounts, entries that are never changed, orders, subscriptions"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_ledger()
    _create_orders()
    accounts = sa.table("credit_accounts", sa.column("id"), sa.column("kind"))
    system = enumerate(("issued", "spent", "forfeited"), 1)
    op.bulk_insert(accounts, [{"id": number, "kind": kind} for number, kind in system])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if sqlite else POSTGRES:
        op.execute(statement)


def _create_ledger() -> None:
    op.create_table(
        "credit_accounts",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(kind IN ('wallet', 'held') AND balance >= 0) OR (kind = 'debt' AND balance <= 0)"
            " OR (kind IN ('issued', 'spent', 'forfeited') AND balance IS NULL)",
            name=op.f("ck_credit_accounts_balance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_accounts")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "credit_entries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("debit_id", BIG, nullable=False),
        sa.Column("credit_id", BIG, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("hold_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_entries_amount")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_credit_entries_two_accounts")),
        sa.ForeignKeyConstraint(
            ["debit_id"], ["credit_accounts.id"], name=op.f("fk_credit_entries_debit_id")
        ),
        sa.ForeignKeyConstraint(
            ["credit_id"], ["credit_accounts.id"], name=op.f("fk_credit_entries_credit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entries")),
        sa.UniqueConstraint(
            "provider",
            "payment_id",
            "kind",
            name=op.f("uq_credit_entries_provider_payment_id_kind"),
        ),
        sa.UniqueConstraint("hold_id", "kind", name=op.f("uq_credit_entries_hold_id_kind")),
        sqlite_autoincrement=True,
    )
    for column in ("debit_id", "credit_id"):
        op.create_index(op.f(f"ix_credit_entries_{column}"), "credit_entries", [column])
    accounts = ("wallet_id", "held_id", "debt_id")
    op.create_table(
        "credit_wallets",
        sa.Column("user_id", BIG, nullable=False),
        *(sa.Column(column, BIG, nullable=False) for column in accounts),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_credit_wallets_user_id"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["credit_accounts.id"], name=op.f(f"fk_credit_wallets_{column}")
            )
            for column in accounts
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credit_wallets")),
        *(
            sa.UniqueConstraint(column, name=op.f(f"uq_credit_wallets_{column}"))
            for column in accounts
        ),
    )


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("package", sa.String(length=32), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reported", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("told", sa.String(length=16), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("monthly", sa.Boolean(), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("paid_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.CheckConstraint("credits > 0", name=op.f("ck_orders_credits")),
        sa.CheckConstraint(
            "state IN ('created', 'pending', 'paid', 'refunded', 'failed', 'expired')",
            name=op.f("ck_orders_state"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_orders_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["fashion_sessions.id"],
            name=op.f("fk_orders_session_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("provider", "payment_id", name=op.f("uq_orders_provider_payment_id")),
    )
    op.create_index(op.f("ix_orders_user_id"), "orders", ["user_id"])
    op.create_index("ix_orders_state_created_at", "orders", ["state", "created_at"])
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["orders.id"], name=op.f("fk_subscriptions_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint(
            "provider", "payment_id", name=op.f("uq_subscriptions_provider_payment_id")
        ),
    )
    op.create_index(op.f("ix_subscriptions_user_id"), "subscriptions", ["user_id"])
    op.create_table(
        "promo_uses",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_promo_uses")),
    )


# An entry moves both balances by itself, and a wallet's balance is its owner's `credits`:
# whatever program writes the entry, neither can be forgotten.
SQLITE = (
    """CREATE TRIGGER credit_entries_kept BEFORE UPDATE ON credit_entries
    BEGIN SELECT RAISE(ABORT, 'credit_entries is append-only'); END""",
    """CREATE TRIGGER credit_entries_stay BEFORE DELETE ON credit_entries
    BEGIN SELECT RAISE(ABORT, 'credit_entries is append-only'); END""",
    """CREATE TRIGGER credit_entries_counted AFTER INSERT ON credit_entries
    BEGIN
        UPDATE credit_accounts SET balance = balance - NEW.amount
        WHERE id = NEW.debit_id AND balance IS NOT NULL;
        UPDATE credit_accounts SET balance = balance + NEW.amount
        WHERE id = NEW.credit_id AND balance IS NOT NULL;
    END""",
    """CREATE TRIGGER credit_accounts_shown AFTER UPDATE OF balance ON credit_accounts
    WHEN NEW.kind = 'wallet'
    BEGIN
        UPDATE users SET credits = NEW.balance
        WHERE id = (SELECT user_id FROM credit_wallets WHERE wallet_id = NEW.id);
    END""",
)
POSTGRES = (
    """CREATE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'credit_entries is append-only'; END $$""",
    """CREATE TRIGGER credit_entries_kept BEFORE UPDATE OR DELETE ON credit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change()""",
    """CREATE TRIGGER credit_entries_stay BEFORE TRUNCATE ON credit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()""",
    """CREATE FUNCTION count_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE credit_accounts SET balance = balance - NEW.amount
        WHERE id = NEW.debit_id AND balance IS NOT NULL;
        UPDATE credit_accounts SET balance = balance + NEW.amount
        WHERE id = NEW.credit_id AND balance IS NOT NULL;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER credit_entries_counted AFTER INSERT ON credit_entries
    FOR EACH ROW EXECUTE FUNCTION count_entry()""",
    """CREATE FUNCTION show_balance() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE users SET credits = NEW.balance
        WHERE id = (SELECT user_id FROM credit_wallets WHERE wallet_id = NEW.id);
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER credit_accounts_shown AFTER UPDATE OF balance ON credit_accounts
    FOR EACH ROW WHEN (NEW.kind = 'wallet') EXECUTE FUNCTION show_balance()""",
    # the numbers 1 to 3 were given by hand
    "SELECT setval(pg_get_serial_sequence('credit_accounts', 'id'), 3)",
)
