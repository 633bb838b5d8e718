"""Online results: lists shown, what came of them -> rates; the model against the hold-out."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from recommendations.online import Estimate, Rates, Sums, lift, rates
from recommendations.queries import online as queries

MODEL, BASELINE = "model", "baseline"
KEPT_SECONDS = 600


@dataclass(frozen=True)
class Line:
    """How the lists of one group and arm did."""

    name: str
    arm: str
    sums: Sums
    rates: Rates


@dataclass(frozen=True)
class Comparison:
    """The model's figures above those of the hold-out, as shares of these."""

    name: str
    clicks: Estimate
    orders: Estimate
    revenue: Estimate


@dataclass(frozen=True)
class OnlineReport:
    """What came of the lists shown in a time; every part most impressions first.

    Compared are lists that shoppers are held out from: all of these, then each kind.
    """

    since: datetime
    until: datetime
    overall: dict[str, Line]
    comparisons: list[Comparison]
    sources: list[Line]
    kinds: list[Line]
    segments: list[Line]


def kept_report(days: int) -> OnlineReport:
    """Sum up the last days, not more often than every few minutes: there may be many events."""
    name = f"online-report:{days}"
    with suppress(RedisError):
        if report := cache.get(name):
            return report
    report = online_report(timezone.now(), days)
    with suppress(RedisError):
        cache.set(name, report, KEPT_SECONDS)
    return report


def online_report(until: datetime, days: int) -> OnlineReport:
    """Sum up the days before this time."""
    since = until - timedelta(days=days)
    groups = queries.online_sums(since, until)
    lines = {
        by: [Line(g.name, g.arm, g.sums, rates(g.sums)) for g in groups if g.by == by]
        for by in ("all", "kind", "source", "segment", "compared", "compared kind")
    }
    for part in lines.values():
        part.sort(key=lambda line: (-line.sums.impressions, line.name, line.arm))
    return OnlineReport(
        since=since,
        until=until,
        overall={line.arm: line for line in lines["all"]},
        comparisons=[*_compare(lines["compared"]), *_compare(lines["compared kind"])],
        sources=lines["source"],
        kinds=lines["kind"],
        segments=lines["segment"],
    )


def _compare(lines: list[Line]) -> list[Comparison]:
    """Put the two arms of each name side by side, where there are both."""
    arms = {(line.name, line.arm): line.rates for line in lines}
    return [
        Comparison(
            line.name,
            *(
                lift(getattr(line.rates, figure), getattr(arms[line.name, BASELINE], figure))
                for figure in ("clicks", "orders", "revenue")
            ),
        )
        for line in lines
        if line.arm == MODEL and (line.name, BASELINE) in arms
    ]
