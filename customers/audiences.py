"""What an audience is: conditions that customers meet, kept as JSON, said in words."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date

from customers import conditions
from runs.wording import many

CONSENTS = ("agreed", "not agreed")


@dataclass(frozen=True)
class Criteria:
    """Conditions that all must hold; of those with several values, any value will do.

    `segments` are keys, `categories` names of top categories; days are the shop's, both included;
    `silent_days` and `active_days` count from the data's last day to the last order. Of `listed`,
    conditions that filters and links of the customers' list set, each must hold.
    """

    segments: tuple[str, ...] = ()
    rfm: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    ordered_from: date | None = None
    ordered_until: date | None = None
    silent_days: int | None = None
    active_days: int | None = None
    consent: str = ""
    listed: tuple[str, ...] = ()

    def to_json(self) -> dict:
        """Return the conditions that are set, as plain values.

        >>> Criteria(segments=("loyal",), ordered_until=date(2026, 3, 1)).to_json()
        {'segments': ['loyal'], 'ordered_until': '2026-03-01'}
        """
        kept = {name: value for name, value in asdict(self).items() if value not in (None, "", ())}
        return {name: _plain(value) for name, value in kept.items()}

    @classmethod
    def from_json(cls, stored: Mapping) -> "Criteria":
        """Read what `to_json` wrote; names it does not know are left out.

        >>> Criteria.from_json({"rfm": ["New"], "ordered_from": "2026-03-01"}).ordered_from
        datetime.date(2026, 3, 1)
        """
        known = {field.name for field in fields(cls)}
        return cls(**{name: _typed(name, value) for name, value in stored.items() if name in known})


def in_words(criteria: Criteria, segment_names: Mapping[str, str] | None = None) -> str:
    """Say who is meant, as a clause after "Customers".

    Parameters
    ----------
    criteria : Criteria
        Any.
    segment_names : mapping of str to str, optional
        What each segment's key is called.

    Returns
    -------
    str
        Empty where there is no condition.

    Examples
    --------
    >>> in_words(Criteria(segments=("a", "b"), silent_days=60, consent="agreed"), {"a": "Loyal"})
    'in Loyal or b; silent for 60 days or longer; who agreed to marketing'
    """
    names = segment_names or {}
    said = [
        _any("in", [names.get(key, key) for key in criteria.segments]),
        _any("in RFM group", criteria.rfm),
        _any("of", criteria.tiers, " expected value"),
        _any("who bought in", criteria.categories),
        _any("from", criteria.countries),
        criteria.ordered_from and f"last order on {_day(criteria.ordered_from)} or later",
        criteria.ordered_until and f"last order on {_day(criteria.ordered_until)} or earlier",
        criteria.silent_days and f"silent for {many(criteria.silent_days, 'day')} or longer",
        criteria.active_days and f"ordered within the last {many(criteria.active_days, 'day')}",
        criteria.consent and f"who {_CONSENT_WORDS[criteria.consent]}",
        *(conditions.said(condition, names) for condition in criteria.listed),
    ]
    return "; ".join(filter(None, said))


def whole_words(criteria: Criteria, segment_names: Mapping[str, str] | None = None) -> str:
    """Say who is meant, as a sentence without its full stop.

    >>> whole_words(Criteria()), whole_words(Criteria(countries=("DE",)))
    ('All customers', 'Customers from DE')
    """
    words = in_words(criteria, segment_names)
    return f"Customers {words}" if words else "All customers"


_CONSENT_WORDS = {"agreed": "agreed to marketing", "not agreed": "did not agree to marketing"}


def _any(word: str, values: Iterable[str], what: str = "") -> str:
    *rest, last = values or [""]
    listed = f"{', '.join(rest)} or {last}" if rest else last
    return f"{word} {listed}{what}" if listed else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _typed(name: str, value: object) -> object:
    if name in ("ordered_from", "ordered_until"):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
