"""Whom or what a figure counts, written short enough for an address."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from customers.insights.buyers import SPANS
from customers.insights.concentration import STEPS
from customers.insights.months import first_day, number_of

_WINDOW = r"(?P<month>[12]\d{3}-(?:0[1-9]|1[0-2]))\.(?P<months>\d+)"
_BUYERS = re.compile(_WINDOW + r"\.(?P<who>all|new|returning|top\d+)(?:\.(?P<segment>[-\w]+))?")
_SOLD = re.compile(_WINDOW + r"(?:\.(?:all|band(?P<band>\d))(?:\.(?P<segment>[-\w]+))?)?")
_ORDERED = re.compile(
    r"(?P<month>[12]\d{3}-\d\d)(?P<day>-\d\d)?\.(?P<who>all|nobody)(?:\.(?P<segment>[-\w]+))?"
)
TOPS = {f"top{step * 100:.0f}": step for step in STEPS}


@dataclass(frozen=True)
class Window:
    """A month, or the months up to its end."""

    until: date
    months: int

    @property
    def start(self) -> date:
        """Return the first day."""
        return first_day(number_of(self.until) - self.months + 1)

    @property
    def end(self) -> date:
        """Return the day after the last."""
        return first_day(number_of(self.until) + 1)

    @property
    def words(self) -> str:
        """Say which months they are.

        Examples
        --------
        >>> Window(date(2026, 3, 1), 12).words
        'the 12 months to Mar 2026'
        """
        month = f"{self.until:%b %Y}"
        return month if self.months == 1 else f"the {self.months} months to {month}"

    def __str__(self) -> str:
        return f"{self.until:%Y-%m}.{self.months}"


@dataclass(frozen=True)
class Buyers:
    r"""Buyers of a window, of everyone or one segment: all, new, returning, or the top ones.

    Examples
    --------
    >>> buyers = Buyers.read("2026-03.12.top10.loyal")
    >>> str(buyers), buyers.words
    ('2026-03.12.top10.loyal', 'top 10\xa0% of the 12 months to Mar 2026')
    >>> Buyers.read("2026-13.12.top10") is None
    True
    """

    window: Window
    who: str = "all"
    segment: str = ""

    @classmethod
    def read(cls, text: str) -> "Buyers | None":
        """Read what was written; None where it makes no sense."""
        found = _BUYERS.fullmatch(text)
        window = _window(found)
        if not window or (found["who"].startswith("top") and found["who"] not in TOPS):
            return None
        return cls(window, found["who"], found["segment"] or "")

    @property
    def top(self) -> float | None:
        """Return which share of the buyers it is, where it is those who spent most."""
        return TOPS.get(self.who)

    @property
    def words(self) -> str:
        """Say who they are."""
        if self.top:
            return f"top {self.top * 100:.0f}\u00a0% of {self.window.words}"
        return f"{'' if self.who == 'all' else self.who + ' '}buyers in {self.window.words}"

    def __str__(self) -> str:
        return f"{self.window}.{self.who}" + (f".{self.segment}" if self.segment else "")


@dataclass(frozen=True)
class Sold:
    """Products sold in a window, in any price band or in one, to everyone or to one segment.

    Examples
    --------
    >>> str(Sold.read("2026-03.1.band2")), Sold.read("2026-03.1").words
    ('2026-03.1.band2', 'in Mar 2026')
    >>> Sold.read("2026-03.1.all.loyal").segment
    'loyal'
    """

    window: Window
    band: int | None = None
    segment: str = ""

    @classmethod
    def read(cls, text: str) -> "Sold | None":
        """Read what was written; None where it makes no sense."""
        found = _SOLD.fullmatch(text)
        window = _window(found)
        if not window:
            return None
        band = None if found["band"] is None else int(found["band"])
        return cls(window, band, found["segment"] or "")

    @property
    def words(self) -> str:
        """Say when."""
        return f"in {self.window.words}"

    def __str__(self) -> str:
        band = "all" if self.band is None else f"band{self.band}"
        if self.segment:
            return f"{self.window}.{band}.{self.segment}"
        return str(self.window) + ("" if self.band is None else f".{band}")


@dataclass(frozen=True)
class Ordered:
    """Orders that count, of a day or of the month that begins with it.

    All that sold anything, of everyone or of one segment; or those of nobody known, with those
    that only took back.

    Examples
    --------
    >>> str(Ordered.read("2026-03-09.all.loyal")), Ordered.read("2026-03-09.all").words
    ('2026-03-09.all.loyal', 'on 9 Mar 2026')
    >>> str(Ordered.read("2026-03.nobody")), Ordered.read("2026-03.nobody").words
    ('2026-03.nobody', 'by nobody known in Mar 2026')
    >>> Ordered.read("2026-02-30.all") is None
    True
    """

    start: date
    is_day: bool = True
    who: str = "all"
    segment: str = ""

    @classmethod
    def read(cls, text: str) -> "Ordered | None":
        """Read what was written; None where it makes no sense."""
        found = _ORDERED.fullmatch(text)
        try:
            start = found and date.fromisoformat(found["month"] + (found["day"] or "-01"))
        except ValueError:
            return None
        return start and cls(start, bool(found["day"]), found["who"], found["segment"] or "")

    @property
    def end(self) -> date:
        """Return the day after the last."""
        if self.is_day:
            return self.start + timedelta(days=1)
        return first_day(number_of(self.start) + 1)

    @property
    def words(self) -> str:
        """Say whose they are, and of when."""
        when = f"on {self.start:%-d %b %Y}" if self.is_day else f"in {self.start:%b %Y}"
        return when if self.who == "all" else f"by nobody known {when}"

    def __str__(self) -> str:
        when = f"{self.start:%Y-%m-%d}" if self.is_day else f"{self.start:%Y-%m}"
        return f"{when}.{self.who}" + (f".{self.segment}" if self.segment else "")


def _window(found: re.Match | None) -> Window | None:
    if not found or int(found["months"]) not in SPANS:
        return None
    return Window(date.fromisoformat(f"{found['month']}-01"), int(found["months"]))
