"""Rows handed over, as the API does: checked by the rules that hold for files."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from runs.files.ndjson import cell_text
from runs.imports.blocks import Block, Rule, attribute_rows, one_at_a_time
from runs.imports.checking import Column, Readers, RowProblem, check, without
from runs.imports.summary import Summary
from runs.parsing import Forms

# So long a request waits for an import to end; then it fails, and may be sent again. Those that
# wait keep others from being answered.
PATIENCE_SECONDS = 3


@dataclass
class Written:
    """What became of rows handed over: how many were taken, and what is wrong with the others."""

    accepted: int
    rejected: list[dict[str, Any]]


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """Put attributes that stand together, as the API shows them, beside the other columns."""
    attributes = row.get("attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    return attributes | {name: value for name, value in row.items() if name != "attributes"}


def in_turn() -> AbstractContextManager[None]:
    """Hold the transaction of a request's write, after any import's if that ends soon."""
    return one_at_a_time(patience=PATIENCE_SECONDS)


class GivenRows:
    """Rows handed over as dicts by canonical names, as the API does."""

    def __init__(
        self,
        rows: list[dict[str, Any]],
        columns: dict[str, Column],
        keeps_other_columns: bool = False,
        rule: Rule | None = None,
    ):
        self.summary = Summary(format="canonical")
        self._rows, self._columns, self._rule = rows, columns, rule
        self._keeps_other_columns = keeps_other_columns
        self._problems: dict[int, list[RowProblem]] = {}

    def blocks(self, for_copy: bool = False) -> Iterator[Block]:
        """Yield the good rows; keep what is wrong with the others."""
        by = Readers(self._columns, Forms(zone=settings.SHOP_ZONE), for_copy)
        names = dict.fromkeys([*self._columns, *(name for row in self._rows for name in row)])
        cells = {
            name: [cell_text(row[name]) if name in row else None for row in self._rows]
            for name in names
        }
        checked = check(cells, by)
        known = {name: cells[name] for name in self._columns}
        problems = list(self._rule(checked)) if self._rule else []
        if not self._keeps_other_columns:
            problems += self._unknown(names)
        checked = without(checked, problems)
        for problem in checked.problems:
            self._problems.setdefault(problem.place, []).append(problem)
        others = {name: checked.values[name] for name in names if name not in known}
        yield Block(
            [place + 1 for place in checked.places],
            {name: checked.values[name] for name in known},
            attribute_rows(others, len(checked.places)),
        )

    @contextmanager
    def storing(self) -> Iterator[Summary]:
        """Hold the transaction of the write, after any import's if that ends soon."""
        with in_turn():
            yield self.summary

    def written(self) -> Written:
        """Return what became of the rows."""
        rejected = [
            {
                "index": place,
                "errors": [{"field": p.column, "detail": p.reason} for p in problems],
            }
            for place, problems in sorted(self._problems.items())
        ]
        return Written(len(self._rows) - len(rejected), rejected)

    def _unknown(self, names: Iterable[str]) -> list[RowProblem]:
        return [
            RowProblem(place, name, "", "is not a known field")
            for name in names
            if name not in self._columns
            for place, row in enumerate(self._rows)
            if name in row
        ]
