"""SQL of rules: when they begin and end."""

from bisect import bisect_right
from datetime import datetime
from functools import lru_cache

from runs.copying import fetch


def period(state: str, now: datetime) -> int:
    """Say between which beginnings and ends of rules a moment lies.

    `state` is the catalogue's, which differs once a rule was written; so it is read once a state.
    """
    return bisect_right(boundaries(state), now)


@lru_cache(maxsize=4)
def boundaries(state: str) -> list[datetime]:
    """Return when rules begin or end, in order."""
    rows = fetch(
        """SELECT DISTINCT at FROM recommendations_rule,
            unnest(ARRAY[starts_at, ends_at]) AS at WHERE at IS NOT NULL ORDER BY at"""
    )
    return [at for (at,) in rows]
