"""Features and causes of moves in the words of staff pages."""

from customers.models import Move
from runs.cells import NOTHING, money, number, share

MONEY = {"total_spent", "average_order_value", "recent_spend"}
SHARES = {
    "discount_share",
    "return_rate",
    "season_share",
    "top_category_share",
    "category_variety",
    "price_tier",
}
DAYS = {"days_since_last_order", "days_since_first_order"}
# What is said where a feature is higher, and where it is lower.
WAYS = {
    "order_count": ("more orders", "fewer orders"),
    "total_spent": ("more spent", "less spent"),
    "average_order_value": ("larger orders", "smaller orders"),
    "recent_spend": ("more spent lately", "less spent lately"),
    "days_since_last_order": ("silent for longer", "here more lately"),
    "days_since_first_order": ("customers for longer", "newer customers"),
    "overdue": ("later than usual", "less late than usual"),
    "discount_share": ("more discounts", "fewer discounts"),
    "price_tier": ("dearer products", "cheaper products"),
    "units_per_order": ("more units an order", "fewer units an order"),
    "return_rate": ("more returns", "fewer returns"),
    "season_share": ("more in the gift season", "less in the gift season"),
    "category_variety": ("more categories", "fewer categories"),
    "top_category_share": ("more in one category", "less in one category"),
}
EXPLAINED = {
    "order_count": "paid orders that sold something",
    "total_spent": "after discounts and returns",
    "average_order_value": "spend divided by orders",
    "recent_spend": "spend that weighs half after 90 days, a quarter after 180",
    "days_since_last_order": "up to the last day of the data",
    "days_since_first_order": "up to the last day of the data",
    "overdue": "days of silence against their usual days between orders; above 1 is late",
    "discount_share": "what discounts took off the full price",
    "price_tier": "where what they pay lies among all prices in the same categories: "
    "50\u00a0% is the middle, 100\u00a0% the dearest",
    "units_per_order": "pieces sold in an order",
    "return_rate": "of the value they bought, what came back",
    "season_share": "of their orders, those from 15 November to 31 December",
    "category_variety": "how evenly they spend over categories: 0\u00a0% all in one, "
    "100\u00a0% the same in each",
    "top_category_share": "of what they spent, the part in their first category",
}
CAUSES = {
    Move.Cause.FIRST_ORDER: "first time in a segment",
    Move.Cause.BEHAVIOUR: "bought differently",
    Move.Cause.MODEL: "new model",
    Move.Cause.LAPSED: "no order for two years",
    Move.Cause.DATA_CHANGED: "older orders were changed",
    Move.Cause.OPTED_OUT: "opted out of profiling",
    Move.Cause.OPTED_IN: "opted in again",
    Move.Cause.ERASED: "erased",
    Move.Cause.ROLLED_BACK: "run taken back",
}


def feature_value(name: str, value: float | None, currency: str) -> str:
    """Write a feature's value in its unit."""
    return NOTHING if value is None else "".join(_parts(name, value, currency))


def feature_change(name: str, was: float, now: float, currency: str) -> str:
    """Write from what to what a feature went, its unit once."""
    (before, _), (after, unit) = (_parts(name, value, currency) for value in (was, now))
    return f"{before} → {after}{unit}"


def _parts(name: str, value: float, currency: str) -> tuple[str, str]:
    if name in MONEY:
        return money(value, currency, 0 if value >= 100 else 2), ""
    if name in SHARES:
        return share(value), ""
    if name in DAYS:
        return number(value), " days"
    if name == "overdue":
        return number(value, 1), " × the usual gap"
    return number(value, 0 if value >= 10 else 1), ""


def way(name: str, rises: bool) -> str:
    """Say what a feature means where it is higher, or lower."""
    label = name.replace("_", " ")
    higher, lower = WAYS.get(name, (f"more {label}", f"less {label}"))
    return higher if rises else lower


def why(
    cause: str, feature: str, was: float | None, now: float | None, currency: str
) -> tuple[str, str]:
    """Say why somebody moved, and from what to what the feature went that moved most."""
    if not feature or was is None or now is None:
        return CAUSES.get(cause, cause), ""
    return way(feature, now >= was), feature_change(feature, was, now, currency)
