"""Say what a segment is like in units a marketer reads."""

from customers.naming.profiles import Profile

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "PLN": "zł", "CHF": "CHF "}
BEHIND = {"PLN"}
# What is said of a feature far above the middle, and far below.
FAR = {
    "order_count": ("many orders", "few orders"),
    "total_spent": ("high spend", "low spend"),
    "average_order_value": ("large orders", "small orders"),
    "discount_share": ("many discounts", "few discounts"),
    "price_tier": ("dear products", "cheap products"),
    "units_per_order": ("many units an order", "few units an order"),
    "return_rate": ("many returns", "few returns"),
    "season_share": ("buys for the gift season", "does not buy for the gift season"),
    "category_variety": ("many categories", "few categories"),
}
STANDS_OUT = 15.0  # points from the middle
MOST_SAID = 3


def describe(text: str, profile: Profile, currency: str) -> str:
    """Describe a segment: what it means, its typical customer, and what stands out.

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
        Two or three sentences.
    """
    return " ".join(filter(None, [text, typical(profile, currency), _standing(profile)]))


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
        One sentence.
    """
    median = profile.median
    last = _ago(median["days_since_last_order"])
    each = money(median["average_order_value"], currency)
    if median["order_count"] < 1.5:
        return f"The typical customer ordered once, {last}, for {each}."
    often = f"{_days(profile.gap)} between orders" if profile.gap else "several orders a day"
    if median["days_since_first_order"] >= 365:
        yearly = median["total_spent"] * 365 / median["days_since_first_order"]
        spends = f"spends {money(yearly, currency)} a year"
    else:
        spends = f"has spent {money(median['total_spent'], currency)} so far"
    orders = f"{median['order_count']:.0f} orders"
    return (
        f"The typical customer has placed {orders} with {often}, {spends} ({each} an order) "
        f"and was last here {last}."
    )


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


def _standing(profile: Profile) -> str:
    """Name what is furthest from the middle of all customers, with its percentile."""
    far = [
        (abs(place - 50), FAR[name][place < 50], place)
        for name, place in profile.percentile.items()
        if name in FAR and abs(place - 50) >= STANDS_OUT
    ]
    said = [
        f"{words} ({ordinal(place)} percentile)"
        for _, words, place in sorted(far, key=lambda item: -item[0])[:MOST_SAID]
    ]
    return f"Stands out: {', '.join(said)}." if said else ""


def _ago(days: float) -> str:
    return "today" if days < 1 else f"{_days(days)} ago"


def _days(days: float) -> str:
    if days < 1.5:
        return "1 day"
    return f"{days:.0f} days" if days < 60 else f"{days / 30.44:.0f} months"
