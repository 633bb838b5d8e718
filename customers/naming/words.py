"""Say what a segment is like in units a marketer reads."""

from customers.naming.profiles import Profile

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "PLN": "zł", "CHF": "CHF "}
BEHIND = {"PLN"}
# Of what a customer has more or less than others, as said after "percentile of"; and what is only
# worth saying of who has more.
PLACED = {
    "order_count": "orders",
    "total_spent": "spend",
    "average_order_value": "order value",
    "discount_share": "discounts",
    "price_tier": "price level",
    "units_per_order": "units an order",
    "return_rate": "returns",
    "season_share": "gift-season orders",
}
ONLY_HIGH = {"return_rate", "season_share"}
GONE_QUIET = 3.0  # silence against the usual gap, from where customers are told of in the past
STANDS_OUT = 15.0  # points from the middle
MOST_SAID = 3
YEAR = 365


def describe(text: str, profile: Profile, currency: str) -> str:
    """Describe a segment: its typical customer in units, where that stands out, what it means.

    Parameters
    ----------
    text : str
        One sentence on what the segment's name means.
    profile : Profile
        The segment.
    currency : str
        ISO code of the shop's currency.

    Returns
    -------
    str
        Two sentences; lists show the first alone.
    """
    facts = "; ".join(filter(None, [typical(profile, currency), standing(profile)]))
    return f"{facts}. {text}"


def typical(profile: Profile, currency: str) -> str:
    """Say how the typical customer of a segment buys.

    Parameters
    ----------
    profile : Profile
        The segment; its medians are said.
    currency : str
        ISO code of the shop's currency.

    Returns
    -------
    str
        The beginning of a sentence.
    """
    median = profile.median
    last = _ago(median["days_since_last_order"])
    each = money(median["average_order_value"], currency)
    if median["order_count"] < 1.5:
        return f"Ordered once, {last}, for {each}"
    pace, total = _every(profile.gap), money(median["total_spent"], currency)
    if median["overdue"] >= GONE_QUIET:
        return f"Ordered {pace}, spent {total} in all ({each} an order), last here {last}"
    if median["days_since_first_order"] >= YEAR:
        yearly = median["total_spent"] * YEAR / median["days_since_first_order"]
        spends = f"spends {money(yearly, currency)} a year"
    else:
        spends = f"has spent {total} so far"
    return f"Orders {pace}, {spends} ({each} an order), last here {last}"


def standing(profile: Profile) -> str:
    """Name what is furthest from the middle of all customers, by percentile.

    Parameters
    ----------
    profile : Profile
        The segment.

    Returns
    -------
    str
        Up to MOST_SAID places, furthest first; empty where nothing stands out.
    """
    far = sorted(
        (-abs(place - 50), PLACED[name], ordinal(place))
        for name, place in profile.percentile.items()
        if name in PLACED and (place - 50 if name in ONLY_HIGH else abs(place - 50)) >= STANDS_OUT
    )
    said = [f"{place} of {what}" for _, what, place in far[:MOST_SAID]]
    return ", ".join(said).replace(" of ", " percentile of ", 1)


def money(amount: float, currency: str) -> str:
    """Write an amount as read in a sentence.

    Examples
    --------
    >>> money(2140.4, "GBP"), money(8.5, "EUR"), money(1234567, "SEK")
    ('£2,140', '€8.50', '1,234,567 SEK')
    """
    number = f"{abs(amount):,.0f}" if abs(amount) >= 100 else f"{abs(amount):,.2f}"
    minus = "-" if amount < 0 else ""
    if currency in SYMBOLS and currency not in BEHIND:
        return f"{minus}{SYMBOLS[currency]}{number}"
    return f"{minus}{number} {SYMBOLS.get(currency, currency)}".strip()


def ordinal(number: float) -> str:
    """Write a place.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 12, 22, 93, 71.4)]
    ['1st', '12th', '22nd', '93rd', '71st']
    """
    whole = round(number)
    ending = "th" if whole % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(whole % 10)
    return f"{whole}{ending or 'th'}"


def _ago(days: float) -> str:
    return "today" if days < 1 else f"{_days(days)} ago"


def _days(days: float) -> str:
    if days < 1.5:
        return "1 day"
    return f"{days:.0f} days" if days < 60 else f"{days / 30.44:.0f} months"


def _every(days: float) -> str:
    if days < 0.5:
        return "several times a day"
    return f"every {_days(days)}".replace("every 1 day", "daily")
