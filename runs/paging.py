"""Pages of large tables: their number of rows is estimated, since counting them takes long."""

from functools import cached_property

from django.core.paginator import Paginator

from runs import queries


class EstimatedPaginator(Paginator):
    """Counts what a filter leaves; of a whole large table it takes the database's estimate."""

    EXACT_BELOW = 200_000

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
