"""The names a segment may earn: each with gates that must all hold, words, and a campaign.

A gate reads a measure of the segment's profile. Bare feature names are percentiles from 0 to 100
(50: like the shop's middle), `recentness` is 100 for the latest; `median_…` and `gap` are in the
features' own units, `one_time` is the percentage who ordered once.
"""

from dataclasses import dataclass

R, F, M, A = "recentness", "order_count", "total_spent", "average_order_value"
T, D, P, S = "days_since_first_order", "discount_share", "price_tier", "season_share"
X, B, O, ONE = "return_rate", "units_per_order", "overdue", "one_time"
MT, MR = "median_days_since_first_order", "median_days_since_last_order"
MO, MF, SS, GAP = "median_overdue", "median_order_count", "season_mean", "gap"
ABSOLUTE = (MT, MR, MO, MF, SS, GAP)


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
        {F: 64, M: 66, R: 50, MF: 1.5},
        {},
        0.20,
        "Your best customers: they order often, spend the most, and were here lately.",
        "Early access and a loyalty tier; no discounts needed.",
    ),
    Rule(
        "High-value at risk",
        {M: 58, O: 52, MO: 1.2},
        {R: 45, ONE: 50},
        0.25,
        "They used to spend well and have been silent for longer than is usual for them.",
        "A personal win-back message or a service call.",
    ),
    Rule(
        "Loyal regulars",
        {F: 54, R: 50, MF: 2.5},
        {},
        0.10,
        "They come back steadily and were here lately.",
        "Cross-sell to the next category; ask for a referral.",
    ),
    Rule(
        "New customers",
        {R: 50},
        {T: 34, MT: 121, MR: 91},
        0.20,
        "They placed their first order not long ago.",
        "A welcome series and a reason for the second order.",
    ),
    Rule(
        "One-time big-ticket",
        {A: 60, ONE: 60},
        {},
        0.10,
        "Most ordered only once, for a large sum.",
        "Accessories and care content for what they bought.",
    ),
    Rule(
        "One-time, gone quiet",
        {O: 50, ONE: 60},
        {R: 45},
        0.10,
        "Most ordered only once, and that was a while ago.",
        "One low-cost reactivation, then leave them in peace.",
    ),
    Rule(
        "One-time, recent",
        {R: 50, ONE: 60},
        {MR: 121},
        0.10,
        "Most have ordered only once so far, lately.",
        "A nudge towards the second order.",
    ),
    Rule(
        "Bargain hunters",
        {D: 62, F: 33},
        {},
        0.10,
        "They buy with discounts far more than others do.",
        "Clearance and bundles; protect the margin elsewhere.",
    ),
    Rule(
        "Budget-conscious frequent",
        {F: 52, MF: 1.5},
        {A: 42},
        0.0,
        "They order often, in small sums.",
        "Fill the basket: a threshold for free shipping.",
    ),
    Rule(
        "Budget-conscious infrequent",
        {},
        {A: 44, F: 50},
        0.0,
        "They order now and then, in small sums.",
        "Entry price points and a digest now and then.",
    ),
    Rule(
        "Seasonal gift buyers",
        {S: 68, SS: 0.4},
        {F: 66},
        0.10,
        "They order mostly in the gift season.",
        "A reminder before the season, and a gift guide.",
    ),
    Rule(
        "Bulk buyers",
        {B: 72, A: 68, GAP: 14},
        {ONE: 50},
        0.05,
        "They buy many units at once.",
        "Volume prices and a business account.",
    ),
    Rule(
        "Big-basket regulars",
        {B: 62, A: 62, MF: 2.5},
        {GAP: 14, ONE: 50},
        0.05,
        "They come often and fill large baskets.",
        "Bundles and a standing order.",
    ),
    Rule(
        "Frequent returners",
        {X: 70},
        {},
        0.10,
        "They send back more of what they buy than others do.",
        "Help with size and fit; leave them out of free-return promotions.",
    ),
    Rule(
        "Big-basket occasional",
        {A: 58},
        {F: 55},
        -0.10,
        "They order now and then, in large sums.",
        "A reminder when it is time to replenish.",
    ),
    Rule(
        "Discount-led one-offs",
        {D: 62},
        {F: 40},
        -0.20,
        "They came for a discount and seldom came back.",
        "Test an offer at full price.",
    ),
    Rule(
        "At risk",
        {F: 38, O: 54, MO: 1.2},
        {R: 46, ONE: 50},
        0.0,
        "They used to order and have been silent for longer than is usual for them.",
        "A reminder first, a discount only after it.",
    ),
    Rule(
        "Dormant low-value",
        {MR: 60},
        {R: 40, M: 42},
        0.0,
        "They spent little and have been silent for long.",
        "A last message, then leave them in peace.",
    ),
    Rule(
        "Premium-item buyers",
        {P: 64, R: 38},
        {},
        -0.30,
        "They choose the dearer products of each category.",
        "New arrivals and premium content.",
    ),
)
BY_NAME = {rule.name: rule for rule in RULES}
