"""The names a segment may earn: each with gates that must all hold, words, and a campaign.

A gate reads a measure of the segment's profile. Bare feature names are percentiles from 0 to 100
(50: like the shop's middle), `recentness` is 100 for the latest; `median_…` and `gap` are in the
features' own units, `one_time` is the percentage who ordered once.
"""

from dataclasses import dataclass

# Percentiles.
RECENT = "recentness"
ORDERS = "order_count"
SPENT = "total_spent"
ORDER_VALUE = "average_order_value"
TENURE = "days_since_first_order"
DISCOUNTS = "discount_share"
PRICES = "price_tier"
SEASON = "season_share"
RETURNS = "return_rate"
BASKET = "units_per_order"
OVERDUE = "overdue"
ONE_TIME = "one_time"

# In their own units.
ORDER_COUNT = "median_order_count"
TENURE_DAYS = "median_days_since_first_order"
SILENT_DAYS = "median_days_since_last_order"
OVERDUE_RATIO = "median_overdue"
SEASON_SHARE = "season_mean"
GAP_DAYS = "gap"
UNITS = "median_units_per_order"
ABSOLUTE = (ORDER_COUNT, TENURE_DAYS, SILENT_DAYS, OVERDUE_RATIO, SEASON_SHARE, GAP_DAYS, UNITS)


@dataclass(frozen=True)
class Rule:
    """A name, what earns it, and what to say and do; `bonus` prefers it among those that fit."""

    name: str
    above: dict[str, float]
    below: dict[str, float]
    bonus: float
    text: str
    campaign: str


RULES = (
    Rule(
        "High-value frequent",
        {ORDERS: 64, SPENT: 66, RECENT: 50, ORDER_COUNT: 1.5},
        {},
        0.35,
        "Your best customers: they order more often than others, spend more, and were here lately.",
        "Early access and a loyalty tier; no discounts needed.",
    ),
    Rule(
        "High-value at risk",
        {SPENT: 58, OVERDUE: 52, OVERDUE_RATIO: 1.2},
        {RECENT: 45, ONE_TIME: 50},
        0.25,
        "They used to spend well and have been silent for longer than is usual for them.",
        "A personal win-back message or a service call.",
    ),
    Rule(
        "Loyal regulars",
        {ORDERS: 54, RECENT: 50, ORDER_COUNT: 2.5},
        {},
        0.10,
        "They come back steadily and were here lately.",
        "Cross-sell to the next category; ask for a referral.",
    ),
    Rule(
        "New customers",
        {RECENT: 50},
        {TENURE: 34, TENURE_DAYS: 121, SILENT_DAYS: 91},
        0.20,
        "They placed their first order not long ago.",
        "A welcome series and a reason for the second order.",
    ),
    Rule(
        "One-time big-ticket",
        {ORDER_VALUE: 60, ONE_TIME: 50},
        {},
        0.10,
        "Most ordered only once, for a large sum.",
        "Accessories and care content for what they bought.",
    ),
    Rule(
        "One-time, gone quiet",
        {OVERDUE: 50, ONE_TIME: 50},
        {RECENT: 45},
        0.10,
        "Most ordered only once, and that was a while ago.",
        "One low-cost reactivation, then leave them in peace.",
    ),
    Rule(
        "One-time, recent",
        {RECENT: 50, ONE_TIME: 50},
        {SILENT_DAYS: 200, OVERDUE_RATIO: 1.6},
        0.10,
        "Most have ordered only once so far, lately.",
        "A nudge towards the second order.",
    ),
    Rule(
        "Bargain hunters",
        {DISCOUNTS: 62, ORDERS: 33},
        {},
        0.10,
        "They buy with discounts far more than others do.",
        "Clearance and bundles; protect the margin elsewhere.",
    ),
    Rule(
        "Budget-conscious frequent",
        {ORDERS: 52, ORDER_COUNT: 1.5},
        {ORDER_VALUE: 42},
        0.0,
        "They order often, in small sums.",
        "Fill the basket: a threshold for free shipping.",
    ),
    Rule(
        "Budget-conscious infrequent",
        {RECENT: 35},
        {ORDER_VALUE: 44, ORDERS: 50, ONE_TIME: 50},
        0.0,
        "They order now and then, in small sums.",
        "Entry price points and a digest now and then.",
    ),
    Rule(
        "Seasonal gift buyers",
        {SEASON: 68, SEASON_SHARE: 0.4},
        {ORDERS: 66, SILENT_DAYS: 380},
        0.10,
        "They order mostly in the gift season.",
        "A reminder before the season, and a gift guide.",
    ),
    Rule(
        "Bulk buyers",
        {BASKET: 72, ORDER_VALUE: 68, UNITS: 10, GAP_DAYS: 14},
        {ONE_TIME: 50, ORDERS: 75},
        0.05,
        "They buy many units at once.",
        "Volume prices and a business account.",
    ),
    Rule(
        "Big-basket regulars",
        {BASKET: 62, ORDER_VALUE: 62, ORDER_COUNT: 2.5},
        {GAP_DAYS: 14, ONE_TIME: 50},
        0.05,
        "They come often and fill large baskets.",
        "Bundles and a standing order.",
    ),
    Rule(
        "Frequent returners",
        {RETURNS: 70},
        {},
        0.10,
        "They send back more of what they buy than others do.",
        "Help with size and fit; leave them out of free-return promotions.",
    ),
    Rule(
        "Big-basket occasional",
        {ORDER_VALUE: 58},
        {ORDERS: 55, OVERDUE_RATIO: 3.0},
        -0.10,
        "They order now and then, in large sums.",
        "A reminder when it is time to replenish.",
    ),
    Rule(
        "Discount-led one-offs",
        {DISCOUNTS: 62},
        {ORDERS: 40},
        -0.20,
        "They came for a discount and seldom came back.",
        "Test an offer at full price.",
    ),
    Rule(
        "At risk",
        {ORDERS: 38, OVERDUE: 54, OVERDUE_RATIO: 1.2},
        {RECENT: 46, ONE_TIME: 50},
        0.0,
        "They used to order and have been silent for longer than is usual for them.",
        "A reminder first, a discount only after it.",
    ),
    Rule(
        "Dormant low-value",
        {SILENT_DAYS: 60},
        {RECENT: 40, SPENT: 42},
        0.0,
        "They spent little and have been silent for long.",
        "A last message, then leave them in peace.",
    ),
    Rule(
        "Premium-item buyers",
        {PRICES: 64, RECENT: 38},
        {},
        -0.30,
        "They choose the dearer products of each category.",
        "New arrivals and premium content.",
    ),
)
BY_NAME = {rule.name: rule for rule in RULES}
BEST = BY_NAME["High-value frequent"]
# Of two segments with names of a pair, the first name is for the one that spends more.
LADDERS = (
    ("Loyal regulars", "Budget-conscious frequent"),
    ("High-value at risk", "At risk"),
)
