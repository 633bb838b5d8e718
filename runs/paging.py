"""Long lists: their number of rows is estimated, and rows without a value come last."""

from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Func
from django.db.models.expressions import OrderBy

from runs import queries


class UnknownLast(Func):
    """Sorts by a field, whichever way; rows without a value stand below all others."""

    template = "%(expressions)s"
    arity = 1

    def asc(self) -> OrderBy:
        return super().asc(nulls_last=True)

    def desc(self) -> OrderBy:
        return super().desc(nulls_last=True)


class EstimatedPaginator(Paginator):
    """Counts what a filter leaves; of a whole large table it takes the database's estimate."""

    EXACT_BELOW = 200_000
    # From here on keys are found first, not whole rows with all that is joined to them.
    DEEP = 10_000

    @cached_property
    def estimate(self) -> int | None:
        """The database's estimate, where it is used."""
        if self.object_list.query.where:
            return None
        rows = queries.estimated_rows(self.object_list.model)
        return rows if rows >= self.EXACT_BELOW else None

    @cached_property
    def count(self) -> int:
        return super().count if self.estimate is None else self.estimate

    def page(self, number: int | str) -> Page:
        """Return a page; of one far down, or sorted by another large table, find the keys first."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        if first < self.DEEP and not self._is_sorted_by_another_table:
            return super().page(number)
        keys = self.object_list.values_list("pk", flat=True)[first : first + self.per_page]
        return self._get_page(self.object_list.filter(pk__in=list(keys)), number, self)

    @property
    def _is_sorted_by_another_table(self) -> bool:
        is_joined = any("__" in str(name) for name in self.object_list.query.order_by)
        return is_joined and self.count >= self.EXACT_BELOW
