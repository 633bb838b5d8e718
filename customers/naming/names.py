"""Give every segment a name of its own: rules first, composed words for whoever fits none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from customers.naming import rules
from customers.naming.profiles import Profile
from customers.naming.rules import BY_NAME, RULES, Rule

FITS = 0.12  # what a rule is worth that only just fits
MARGIN = 1.5
TOLERANCE = 6.0  # points a carried name may fall short of a percentile gate
ABSOLUTE_TOLERANCE = 0.10  # and of an absolute one
ON_TIME, LATE, VERY_LATE = 1.0, 1.5, 3.0  # silence against the usual gap
ACTIVE = "active"
TIMING = {ACTIVE: "are active", "lapsing": "are lapsing", "gone quiet": "have gone quiet"}
STANDS_OUT = 12.0  # points from the middle
HIGH, LOW = 62.0, 38.0  # percentiles from which a composed name says high or low

# What tells two composed names apart: said when far above, when far below the middle.
TRAITS = (
    (rules.DISCOUNTS, "discount-led", "full-price"),
    (rules.ORDER_VALUE, "large orders", "small orders"),
    (rules.BASKET, "many units", "few units"),
    (rules.PRICES, "premium items", "entry prices"),
    (rules.SEASON, "gift season", "off season"),
    (rules.RETURNS, "many returns", "few returns"),
    ("category_variety", "many categories", "few categories"),
    (rules.OVERDUE, "overdue", "on time"),
    (rules.TENURE, "long-standing", "young"),
)


@dataclass(frozen=True)
class Named:
    """A segment's name, one sentence on what it means, and a suggested campaign."""

    name: str
    text: str
    campaign: str
    composed: bool = False


def name_segments(
    profiles: Sequence[Profile],
    carried: Sequence[str | None] | None = None,
    taken: Sequence[str] = (),
) -> list[Named]:
    """Name all segments at once, no two alike.

    Parameters
    ----------
    profiles : sequence of Profile
        The segments, in any order: names do not depend on it.
    carried : sequence of str or None, optional
        The name each segment had; it stays while its gates hold within TOLERANCE.
    taken : sequence of str
        Names not to be given, such as those staff gave to other segments.

    Returns
    -------
    list of Named
        In the order of the profiles: names carried over; the best customers' name for who spends
        most of those it fits; the pairing of other segments with rules that maximises the sum of
        fits; then composed names.

    References
    ----------
    Kuhn, H. W. (1955). The Hungarian method for the assignment problem. Naval Research Logistics.
    """
    carried = carried or [None] * len(profiles)
    named: dict[int, Named] = {}
    used = {name.casefold() for name in taken}
    order = sorted(range(len(profiles)), key=lambda number: _rank(profiles[number]))
    for number in order:
        rule = BY_NAME.get(carried[number] or "")
        if rule and rule.name.casefold() not in used and holds(rule, profiles[number], True):
            named[number] = _by_rule(rule)
            used.add(rule.name.casefold())
    best = _best(profiles, [number for number in order if number not in named], used)
    if best is not None:
        named[best] = _by_rule(rules.BEST)
        used.add(rules.BEST.name.casefold())
    waiting = [number for number in order if number not in named]
    free = [rule for rule in RULES if rule.name.casefold() not in used]
    for number, rule in _by_spend(profiles, _pair(profiles, waiting, free)):
        named[number] = _by_rule(rule)
        used.add(rule.name.casefold())
    for number in order:
        if number not in named:
            named[number] = compose(profiles[number], used, carried[number])
            used.add(named[number].name.casefold())
    return [named[number] for number in range(len(profiles))]


def holds(rule: Rule, profile: Profile, tolerant: bool = False) -> bool:
    """Say whether all gates of a rule hold, strictly or within the tolerance of a carried name.

    Parameters
    ----------
    rule : Rule
        A name and its gates.
    profile : Profile
        The segment.
    tolerant : bool
        Allow TOLERANCE points at percentile gates, ABSOLUTE_TOLERANCE of absolute ones.

    Returns
    -------
    bool
        False, too, when the shop's data lacks a measure.
    """
    for gates, sign in ((rule.above, 1), (rule.below, -1)):
        for measure, limit in gates.items():
            value = profile.measure(measure)
            slack = ABSOLUTE_TOLERANCE * limit if measure in rules.ABSOLUTE else TOLERANCE
            if value is None or sign * (value - limit) <= (-slack if tolerant else 0):
                return False
    return True


def fit(rule: Rule, profile: Profile) -> float:
    """Return how well a rule that holds fits: above 0, more for wider margins over its gates.

    Parameters
    ----------
    rule : Rule
        A name whose gates all hold.
    profile : Profile
        The segment.

    Returns
    -------
    float
        FITS + bonus + MARGIN · the mean, over percentile gates, of the margin as a share of the
        room beyond the gate.
    """
    margins = [
        (profile.measure(measure) - limit) / (100 - limit)
        for measure, limit in rule.above.items()
        if measure not in rules.ABSOLUTE
    ] + [
        (limit - profile.measure(measure)) / limit
        for measure, limit in rule.below.items()
        if measure not in rules.ABSOLUTE
    ]
    return FITS + rule.bonus + MARGIN * float(np.mean(margins))


def compose(profile: Profile, used: set[str], carried: str | None = None) -> Named:
    """Compose a name from value, habit and timing, and what is most distinctive if that is taken.

    Parameters
    ----------
    profile : Profile
        The segment.
    used : set of str
        Names given already, in lower case.
    carried : str, optional
        The composed name it had, kept while it is one of those that fit now.

    Returns
    -------
    Named
        With a name that is not in `used`.
    """
    stem, timing, traits = _stem(profile), _timing_word(profile), _traits(profile)
    # That customers are active is only worth saying where nothing else tells them apart.
    first = [] if timing == ACTIVE and traits else [timing]
    plain = ", ".join([stem, *first])
    wordings = [*([plain] if first else []), *(f"{plain}, {trait}" for trait in traits)]
    numbered = [f"{plain} {number}" for number in range(2, len(used) + 3)]
    free = [name for name in wordings + numbered if name.casefold() not in used]
    name = carried if carried in free else free[0]
    text = f"{_value_word(profile)} customers who {TIMING[timing]}"
    text += f"; what sets them apart: {traits[0]}." if traits else "."
    return Named(name, text, "No standard campaign: look at the profile first.", composed=True)


def _best(profiles: Sequence[Profile], waiting: list[int], used: set[str]) -> int | None:
    """Return the segment that deserves the best customers' name, if it is free and any does."""
    fit_for_it = [number for number in waiting if holds(rules.BEST, profiles[number])]
    if rules.BEST.name.casefold() in used or not fit_for_it:
        return None
    return max(fit_for_it, key=lambda number: profiles[number].measure(rules.SPENT))


def _pair(
    profiles: Sequence[Profile], waiting: list[int], free: list[Rule]
) -> list[tuple[int, Rule]]:
    if not waiting or not free:
        return []
    from scipy.optimize import linear_sum_assignment  # slow to import, and seldom needed

    worth = np.zeros((len(waiting), len(free)))
    for row, number in enumerate(waiting):
        for column, rule in enumerate(free):
            if holds(rule, profiles[number]):
                worth[row, column] = max(fit(rule, profiles[number]), 1e-6)
    rows, columns = linear_sum_assignment(-worth)
    return [
        (waiting[row], free[column])
        for row, column in zip(rows, columns, strict=True)
        if worth[row, column] > 0
    ]


def _by_spend(profiles: Sequence[Profile], pairs: list[tuple[int, Rule]]) -> list[tuple[int, Rule]]:
    """Exchange names that say who is worth more where they say it the wrong way round."""
    holder = {rule.name: number for number, rule in pairs}
    for high, low in rules.LADDERS:
        if high in holder and low in holder:
            more, less = profiles[holder[high]], profiles[holder[low]]
            wrong = less.measure(rules.SPENT) > more.measure(rules.SPENT)
            if wrong and holds(BY_NAME[high], less) and holds(BY_NAME[low], more):
                holder[high], holder[low] = holder[low], holder[high]
    return [(number, BY_NAME[name]) for name, number in holder.items()]


def _by_rule(rule: Rule) -> Named:
    return Named(rule.name, rule.text, rule.campaign)


def _rank(profile: Profile) -> tuple:
    """Order segments by what they are, so that names do not depend on their numbers."""
    return (-profile.median["total_spent"], sorted(profile.percentile.items()), profile.customers)


def _stem(profile: Profile) -> str:
    return f"{_value_word(profile)} {_habit_word(profile)}"


def _value_word(profile: Profile) -> str:
    return _level(profile.measure(rules.SPENT), "High-value", "Mid-value", "Low-value")


def _habit_word(profile: Profile) -> str:
    if profile.one_time > 0.5:
        return "one-time"
    return _level(profile.measure(rules.ORDERS), "frequent", "regular", "occasional")


def _timing_word(profile: Profile) -> str:
    """Say how they keep their own pace, not only how they compare with others."""
    place, ratio = profile.measure(rules.RECENT), profile.measure(rules.OVERDUE_RATIO)
    if place is None or place >= 50 or ratio <= ON_TIME:
        return "active"
    quiet = ratio > VERY_LATE or (place < LOW and ratio > LATE)
    return "gone quiet" if quiet else "lapsing"


def _level(place: float | None, high: str, middle: str, low: str) -> str:
    if place is None or LOW < place < HIGH:
        return middle
    return high if place >= HIGH else low


def _traits(profile: Profile) -> list[str]:
    """Words for the features that stand out, most distinctive first."""
    found = [
        (abs(profile.measure(name) - 50), high if profile.measure(name) > 50 else low)
        for name, high, low in TRAITS
        if profile.measure(name) is not None and abs(profile.measure(name) - 50) >= STANDS_OUT
    ]
    return [word for _, word in sorted(found, key=lambda pair: -pair[0])]
