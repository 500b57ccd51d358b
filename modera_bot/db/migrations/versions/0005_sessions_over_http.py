"""Sessions that a caller of the API opened stand beside the one that a person is in"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEX = "uq_fashion_sessions_one_active"


def upgrade() -> None:
    op.drop_index(INDEX, "fashion_sessions")
    one = sa.text("status = 'active' AND state != 'api'")
    op.create_index(
        INDEX, "fashion_sessions", ["user_id"], unique=True, sqlite_where=one, postgresql_where=one
    )
