"""How counts and shares are written, on pages and in what runs say of themselves."""

NOTHING = "–"


def number(value: float | None, decimals: int = 0) -> str:
    """Write a number with its thousands parted."""
    if value is None:
        return NOTHING
    return f"{value:,.{decimals}f}".replace("-", "−")


def percent(share: float, decimals: int = 0) -> str:
    r"""Write a share as all pages do; decimals that say nothing are left out.

    Examples
    --------
    >>> percent(0.999, 2), percent(1.0, 2), percent(0.4)
    ('99.9\xa0%', '100\xa0%', '40\xa0%')
    """
    figures = number(100 * share, decimals)
    return f"{figures.rstrip('0').rstrip('.') if decimals else figures}\u00a0%"


def many(count: int, what: str) -> str:
    """Write how many there are of something, named in the singular.

    Examples
    --------
    >>> many(1, "order"), many(1200, "order")
    ('1 order', '1,200 orders')
    """
    return f"{number(count)} {what}{'' if count == 1 else 's'}"
