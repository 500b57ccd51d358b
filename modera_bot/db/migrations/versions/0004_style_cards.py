"""The style card of an analysis"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("style_analyses") as table:
        table.add_column(sa.Column("card_image_url", sa.Text()))
