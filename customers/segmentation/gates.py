"""Whether segments are fit to be published: each check measures, compares, and says so plainly."""

import math
from dataclasses import dataclass

from runs.gates import HOLD, PASS, REFUSE, WARN, Gate, Level
from runs.wording import percent

FEWEST_CUSTOMERS, FEW_CUSTOMERS, CUSTOMERS_A_SEGMENT = 500, 2_000, 50
FEWEST_IN_SEGMENT = 30
SHORTEST_HISTORY, SHORT_HISTORY = 42.0, 180.0
NO_STRUCTURE, LITTLE_STRUCTURE = 0.05, 0.10
NO_FORESIGHT, LITTLE_FORESIGHT = 0.02, 0.05
MANY_MOVES, MOST_BY_MODEL = 0.25, 0.40


@dataclass(frozen=True)
class Measured:
    """What the gates look at; None where it could not be measured.

    Shares, stability, silhouette and dominance as of `choice` and `evidence`; `foresight` is η² of
    next spend by segment, `against_rfm` that of segment × value tier over that of RFM names;
    `moved` the share of customers whose segment differs from the published run's, `moved_by_model`
    those among them who did nothing to cause it.
    """

    customers: int
    k: int
    history: float
    smallest: float
    largest: float
    stability: float
    silhouette: float
    dominance: float
    structure: float
    foresight: float | None = None
    against_rfm: float | None = None
    moved: float | None = None
    moved_by_model: float | None = None
    composed_names: int = 0
    distinct_names: int | None = None
    pinned: bool = False


def too_small(customers: int, history: float) -> list[Gate]:
    """Check whether a shop has enough customers and history to look for segments at all.

    Parameters
    ----------
    customers : int
        With a counted order.
    history : float
        Days since the shop's first order.

    Returns
    -------
    list of Gate
        Only those that refuse.

    Examples
    --------
    >>> [gate.code for gate in too_small(100, 400.0)]
    ['too_few_customers']
    """
    return [gate for gate in (_customers(customers), _history(history)) if gate.level == REFUSE]


def judge(measured: Measured) -> list[Gate]:
    """Check everything.

    Parameters
    ----------
    measured : Measured
        What was measured of the segments to publish.

    Returns
    -------
    list of Gate
        Every check that could be made, in a fixed order.
    """
    gates = [
        _customers(measured.customers, measured.k),
        _history(measured.history),
        _smallest(measured),
        _largest(measured),
        _low(
            "unstable",
            measured.stability,
            (0.60, 0.75),
            "Segments found anew in samples of the customers agree with these by {value:.2f}"
            " (1: the same)",
        ),
        _high(
            "one_feature_dominates",
            measured.dominance,
            (0.30, 0.25),
            "One feature makes up {share} of what sets the segments apart",
        ),
        _structure(measured),
        _low(
            "worse_than_rfm",
            measured.against_rfm,
            (0.80, 1.0),
            "Segments and value tiers explain {value:.2f} times as much of later spend"
            " as RFM groups",
        ),
        _moved(measured),
        _low(
            "poorly_separated",
            measured.silhouette,
            (0.08, 0.12),
            "Segments stand apart by {value:.2f} (silhouette; 0: not at all, 1: far)",
        ),
        _names(measured),
    ]
    return [gate for gate in gates if gate]


def _customers(customers: int, k: int = 0) -> Gate:
    needed = max(FEWEST_CUSTOMERS, CUSTOMERS_A_SEGMENT * k)
    text = f"{customers:,} customers take part; segments need {needed:,}."
    if customers >= needed:
        text = f"{customers:,} customers take part."
    level = REFUSE if customers < needed else WARN if customers < FEW_CUSTOMERS else PASS
    if level == WARN:
        text = f"{text[:-1]}; segments are surer from {FEW_CUSTOMERS:,} on."
    asked = f"at least {needed:,} customers, better {max(FEW_CUSTOMERS, needed):,}"
    return Gate("too_few_customers", level, customers, text, asked)


def _history(days: float) -> Gate:
    text = f"Orders reach back {days:.0f} days"
    asked = f"at least {SHORTEST_HISTORY:.0f} days, better {SHORT_HISTORY:.0f}"
    if days < SHORTEST_HISTORY:
        text += f"; segments need {SHORTEST_HISTORY:.0f}."
        return Gate("too_little_history", REFUSE, days, text, asked)
    if days < SHORT_HISTORY:
        text += f"; below {SHORT_HISTORY:.0f}, customers change segment often."
        return Gate("too_little_history", WARN, days, text, asked)
    return Gate("too_little_history", PASS, days, text + ".", asked)


def _smallest(measured: Measured) -> Gate:
    share, count = measured.smallest, measured.smallest * measured.customers
    text = f"The smallest segment holds {percent(share, 1)} of customers ({count:,.0f})."
    level = WARN if share < 0.04 else PASS
    if share < 0.02 or count < FEWEST_IN_SEGMENT:
        level = REFUSE
    asked = f"at least {percent(0.02)} and {FEWEST_IN_SEGMENT} customers, better {percent(0.04)}"
    return Gate("segment_too_small", level, share, text, asked)


def _largest(measured: Measured) -> Gate:
    return _high(
        "segment_too_large",
        measured.largest,
        (0.60, 0.45),
        "The largest segment holds {share} of customers",
    )


def _structure(measured: Measured) -> Gate:
    """Refuse what neither clusters nor foretells; say so where customers form a continuum."""
    gain, foresight = measured.structure, measured.foresight
    if foresight is None:
        seen = "there was no later spend to test them on"
    else:
        seen = f"segments explain {percent(foresight, 1)} of later spend"
    less = "less" if gain >= 0 else "more"
    text = (
        f"Within segments customers differ {percent(abs(_variance_gone(gain)), 1)} {less} than"
        f" if there were no groups, and {seen}"
    )
    asked = (
        f"at least {percent(_variance_gone(NO_STRUCTURE), 1)} less,"
        f" or {percent(LITTLE_FORESIGHT)} of later spend"
    )
    blind = foresight is None or foresight < LITTLE_FORESIGHT
    nearly = foresight is not None and foresight < NO_FORESIGHT and gain < LITTLE_STRUCTURE
    level, text = PASS, f"{text}."
    if (gain < NO_STRUCTURE and blind) or nearly:
        level, text = REFUSE, f"{text[:-1]}: there are no segments to be found."
    elif gain < NO_STRUCTURE:
        level, text = WARN, f"{text[:-1]}: segments are slices of a continuum."
    return Gate("no_structure", level, gain, text, asked)


def _variance_gone(gain: float) -> float:
    """Return which share of their variance customers lose by being grouped."""
    return 1 - math.exp(-gain)


def _moved(measured: Measured) -> Gate | None:
    if measured.moved is None:
        return None
    text = f"{percent(measured.moved)} of customers would change segment"
    if measured.moved_by_model:
        text += f", {percent(measured.moved_by_model)} because of the new model alone"
    level = PASS
    if measured.moved > MANY_MOVES:
        level, text = HOLD, f"{text}: someone should look first"
    if (measured.moved_by_model or 0) > MOST_BY_MODEL and not measured.pinned:
        level = REFUSE
    asked = (
        f"at most {percent(MANY_MOVES)}, above that held;"
        f" {percent(MOST_BY_MODEL)} by the model alone"
    )
    return Gate("too_many_moves", level, measured.moved, f"{text}.", asked)


def _names(measured: Measured) -> Gate:
    distinct = measured.k if measured.distinct_names is None else measured.distinct_names
    if distinct < measured.k:
        text = f"{measured.k} segments would share {distinct} names."
        return Gate("names_not_unique", REFUSE, distinct, text, f"{measured.k} different names")
    composed = measured.composed_names
    text = f"{composed} of {measured.k} segments fit none of the known names."
    level = REFUSE if 3 * composed > measured.k else PASS
    return Gate("names_composed", level, composed, text, "at most a third of them")


def _low(code: str, value: float | None, limits: tuple[float, float], sentence: str) -> Gate | None:
    if value is None:
        return None
    refuse, warn = limits
    level = REFUSE if value < refuse else WARN if value < warn else PASS
    asked = f"at least {_like(sentence, refuse)}, better {_like(sentence, warn)}"
    return Gate(code, level, value, _compared(sentence, value, level, limits, "at least"), asked)


def _high(
    code: str, value: float | None, limits: tuple[float, float], sentence: str
) -> Gate | None:
    if value is None:
        return None
    refuse, warn = limits
    level = REFUSE if value > refuse else WARN if value > warn else PASS
    asked = f"at most {_like(sentence, refuse)}, better {_like(sentence, warn)}"
    return Gate(code, level, value, _compared(sentence, value, level, limits, "at most"), asked)


def _compared(
    sentence: str, value: float, level: Level, limits: tuple[float, float], side: str
) -> str:
    said = sentence.format(value=value, share=percent(value))
    if level == PASS:
        return f"{said}."
    refuse, warn = (_like(sentence, limit) for limit in limits)
    if level == REFUSE:
        return f"{said}; {side} {refuse} is asked."
    return f"{said}; {side} {warn} would be better."


def _like(sentence: str, limit: float) -> str:
    """Write a limit as its sentence writes the value."""
    return percent(limit) if "{share}" in sentence else f"{limit:g}"
