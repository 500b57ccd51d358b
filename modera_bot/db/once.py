"""A row that is written unless it is there: each database says that in its own words."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, CursorResult, Table
from sqlalchemy.dialects import postgresql, sqlite


class InsertOnce:
    """`INSERT … ON CONFLICT DO NOTHING RETURNING …`, built once for both databases."""

    def __init__(self, table: Table, unique: Sequence[str], *returning: Column[Any]) -> None:
        """`unique` names the columns that no two rows share."""
        self._statements = {
            dialect.dialect.name: dialect.insert(table)
            .on_conflict_do_nothing(index_elements=unique)
            .returning(*returning)
            for dialect in (postgresql, sqlite)
        }

    def execute(
        self, connection: Connection, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> CursorResult[Any]:
        """Write one row or several; what comes back is of those that were not there."""
        return connection.execute(self._statements[connection.dialect.name], values)
