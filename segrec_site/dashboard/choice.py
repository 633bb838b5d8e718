"""What of the shop is looked at: whole months and a segment, as the address says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings

from customers.insights.counted import Window
from customers.insights.months import first_day, number_of
from customers.models import InsightBuild, Segment
from customers.queries.insights.reading import NONE
from runs.cells import day

YEAR = 12
# Buyers are kept one by one for so many last months; earlier ones are not offered.
MONTHS_OFFERED = 24
# Days that a year may lack at its beginning, and still be compared; a month may lack none.
LACKING = {1: timedelta(0), YEAR: timedelta(days=6)}


@dataclass(frozen=True)
class Choice:
    """The months and the segment that are looked at; `all_of` names a chart shown in full."""

    window: Window
    first_day: date
    as_of: datetime
    segment: Segment | None = None
    segment_key: str = ""
    all_of: str = ""
    problem: str = ""

    @property
    def start(self) -> date:
        """Return the first month there is anything of."""
        return max(self.window.start, self.first_day.replace(day=1))

    @property
    def months(self) -> int:
        """Return how many months there is anything of."""
        return number_of(self.window.until) - number_of(self.start) + 1

    @property
    def year(self) -> Window:
        """Return the twelve months to the same end, that charts by month show."""
        return replace(self.window, months=YEAR)

    @property
    def before(self) -> Window | None:
        """Return as many months before; None where data do not reach back, or a month goes on."""
        if self.is_open:
            return None
        end = number_of(self.window.until) - self.window.months
        before = Window(first_day(end), self.window.months)
        return before if self.first_day <= before.start + LACKING[before.months] else None

    def knows_before(self, window: Window) -> bool:
        """Whether anything is known of before these months; if not, everyone seems new."""
        return self.first_day < window.start

    @property
    def begins_with_data(self) -> bool:
        """Whether nothing is known of before the chosen months."""
        return not self.knows_before(self.window)

    @property
    def is_open(self) -> bool:
        """Whether the last month is not over yet."""
        return self.window.until == _this_month(self.as_of) and not _is_over(self.as_of)

    @property
    def words(self) -> str:
        """Say which months are looked at, as far as there is anything of them."""
        until = f"{day(self.as_of)}" if self.is_open else f"{self.window.until:%b %Y}"
        if self.months == 1:
            return f"{self.window.until:%B %Y}{' so far' if self.is_open else ''}"
        same_year = self.start.year == self.window.until.year
        return f"{self.start:{'%b' if same_year else '%b %Y'}} to {until}"

    @property
    def whose(self) -> str:
        """Say whose figures they are, where it is not everyone's."""
        if self.segment_key == NONE:
            return "customers in no segment"
        return str(self.segment) if self.segment else ""

    def address(self, **changes) -> str:
        """Return the address of the same page with another choice."""
        chosen = {
            "until": f"{self.window.until:%Y-%m}",
            "months": self.window.months,
            "segment": self.segment_key,
            "all": self.all_of,
        } | changes
        return "?" + urlencode({name: value for name, value in chosen.items() if value})


def choose(asked: Mapping[str, str], build: InsightBuild, segments: list[Segment]) -> Choice:
    """Read the address; what it does not say, or says wrongly, is the last whole year of all."""
    offered = months_offered(build)
    months = {"1": 1, "12": YEAR}.get(asked.get("months", ""), YEAR)
    until = {f"{month:%Y-%m}": month for month in offered}.get(asked.get("until", ""))
    key = asked.get("segment", "")
    segment = next((segment for segment in segments if segment.key == key), None)
    problems = []
    if asked.get("until") and not until:
        problems.append(f"There is nothing to show to the end of {asked['until'][:20]}")
    if asked.get("months") and asked["months"] not in ("1", "12"):
        problems.append("Periods are of 1 or 12 months")
    if key and key != NONE and not segment:
        problems.append(f"There is no segment {key[:80]}")
    return Choice(
        window=Window(until or _newest_whole(offered, build.as_of), months),
        first_day=build.first_day,
        as_of=build.as_of,
        segment=segment,
        segment_key=key if segment or key == NONE else "",
        all_of=asked.get("all", "") if asked.get("all") in ("categories",) else "",
        problem="; ".join(problems),
    )


def months_offered(build: InsightBuild) -> list[date]:
    """Return the months a period may end with, newest first."""
    last, first = number_of(_this_month(build.as_of)), number_of(build.first_day)
    return [
        first_day(number) for number in range(last, max(first, last - MONTHS_OFFERED + 1) - 1, -1)
    ]


def _newest_whole(offered: list[date], as_of: datetime) -> date:
    return offered[0] if _is_over(as_of) or len(offered) == 1 else offered[1]


def _this_month(as_of: datetime) -> date:
    return as_of.astimezone(settings.SHOP_ZONE).date().replace(day=1)


def _is_over(as_of: datetime) -> bool:
    today = as_of.astimezone(settings.SHOP_ZONE).date()
    return (today + timedelta(days=1)).day == 1
