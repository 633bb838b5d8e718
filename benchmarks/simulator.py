"""A shop whose customers' true kinds are known: seven or nine archetypes, two years of orders."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

START = pd.Timestamp("2022-01-01", tz="UTC")
N_CATEGORIES, PRODUCTS_A_CATEGORY = 12, 40
SEASON = (319, 365)  # days of the year from 15 November


@dataclass(frozen=True)
class Archetype:
    """How customers of one kind buy.

    `orders_a_year` and `order_value` are medians, `lines` the mean number of order lines, `units`
    of each line; `discounted` is the share of lines bought with a discount, `price` the usual
    place of a product's price within its category, `returned` the share of lines sent back,
    `season` the share of orders drawn into the gift season. `joined` and `left` bound, as shares
    of the window, when a customer begins and ends; `once` ends after the first order.
    """

    name: str
    share: float
    orders_a_year: float
    lines: float
    units: float
    discounted: float
    price: float
    returned: float = 0.03
    season: float = 0.0
    joined: tuple[float, float] = (0.0, 0.6)
    left: tuple[float, float] = (1.0, 1.0)
    once: bool = False
    names: tuple[str, ...] = ()


SEVEN = (
    Archetype(
        "champion", 0.10, 16, 5.0, 1.6, 0.10, 0.66, names=("High-value frequent", "Loyal regulars")
    ),
    Archetype(
        "loyal",
        0.18,
        8,
        2.6,
        1.3,
        0.15,
        0.50,
        names=("Loyal regulars", "High-value frequent", "Budget-conscious frequent"),
    ),
    Archetype("bargain", 0.15, 5, 2.4, 1.5, 0.75, 0.30, names=("Bargain hunters",)),
    Archetype(
        "one-time",
        0.22,
        1,
        1.8,
        1.2,
        0.18,
        0.45,
        joined=(0.0, 0.85),
        once=True,
        names=(
            "One-time, gone quiet",
            "One-time big-ticket",
            "Dormant low-value",
            "Budget-conscious infrequent",
        ),
    ),
    Archetype(
        "seasonal",
        0.12,
        1.8,
        3.0,
        1.4,
        0.15,
        0.55,
        season=0.85,
        joined=(0.0, 0.5),
        names=("Seasonal gift buyers",),
    ),
    Archetype(
        "lapsed big",
        0.11,
        9,
        4.2,
        1.6,
        0.12,
        0.62,
        joined=(0.0, 0.2),
        left=(0.5, 0.78),
        names=("High-value at risk", "At risk"),
    ),
    Archetype(
        "new",
        0.12,
        9,
        2.2,
        1.3,
        0.22,
        0.48,
        joined=(0.88, 0.99),
        names=("New customers", "One-time, recent"),
    ),
)
NINE = (
    *SEVEN,
    Archetype("bulk", 0.07, 4, 5.0, 9.0, 0.12, 0.40, names=("Bulk buyers",)),
    Archetype(
        "returner", 0.07, 7, 2.8, 1.2, 0.18, 0.58, returned=0.40, names=("Frequent returners",)
    ),
)


@dataclass(frozen=True)
class Shop:
    """Order lines as in the canonical file, the products sold, and every customer's true kind."""

    lines: pd.DataFrame
    products: pd.DataFrame
    truth: pd.Series
    archetypes: tuple[Archetype, ...]


def simulate(
    n_customers: int,
    *,
    seed: int,
    archetypes: tuple[Archetype, ...] = SEVEN,
    het: float = 1.0,
    days: int = 730,
) -> Shop:
    """Simulate a shop.

    Parameters
    ----------
    n_customers : int
        Customers to draw; those whose first order falls outside the window have none.
    seed : int
        The same seed gives the same shop.
    archetypes : tuple of Archetype
        Kinds of customers; their shares are scaled to add up to 1.
    het : float
        How much customers of one kind differ: 0 not at all, 1 as real ones might.
    days : int
        Length of the window.

    Returns
    -------
    Shop
        Lines in order of time.
    """
    random = np.random.default_rng(seed)
    shares = np.array([kind.share for kind in archetypes])
    kind = random.choice(len(archetypes), n_customers, p=shares / shares.sum())
    orders = _orders(random, archetypes, kind, het, days)
    products = _products(random)
    lines = _lines(random, archetypes, kind, orders, products, het)
    truth = pd.Series([archetypes[number].name for number in kind], name="kind")
    truth.index = pd.Index(_ids(np.arange(n_customers)), name="customer_id")
    return Shop(lines, products, truth[truth.index.isin(lines["customer_id"])], archetypes)


def nobody_differs(n_customers: int, *, seed: int, rate: float = 6.0, days: int = 730) -> Shop:
    """Simulate customers who are all alike: Poisson orders, nothing to be found."""
    same = Archetype("same", 1.0, rate, 2.5, 1.4, 0.2, 0.5, joined=(0.0, 0.0))
    return simulate(n_customers, seed=seed, archetypes=(same,), het=0.0, days=days)


def _orders(
    random: np.random.Generator,
    archetypes: tuple[Archetype, ...],
    kind: np.ndarray,
    het: float,
    days: int,
) -> pd.DataFrame:
    """Draw who orders on which day."""

    def of(field: str) -> np.ndarray:
        return np.array([getattr(archetype, field) for archetype in archetypes])[kind]

    joined, left = of("joined") * days, of("left") * days
    begin = random.uniform(joined[:, 0], joined[:, 1])
    end = random.uniform(left[:, 0], left[:, 1])
    rate = of("orders_a_year") * np.exp(0.45 * het * random.standard_normal(len(kind)))
    span = np.maximum(end - begin, 0)
    count = 1 + random.poisson(rate / 365 * span)
    count[of("once")] = 1
    customer = np.repeat(np.arange(len(kind)), count)
    day = begin[customer] + random.uniform(0, 1, len(customer)) * span[customer]
    day = _drawn_into_season(random, day, of("season")[customer], begin[customer], days)
    return pd.DataFrame({"customer": customer, "day": day}).sort_values("day", ignore_index=True)


def _drawn_into_season(
    random: np.random.Generator, day: np.ndarray, share: np.ndarray, begin: np.ndarray, days: int
) -> np.ndarray:
    """Move some orders to the gift season of their year, where that lies in the window."""
    moved = random.uniform(size=len(day)) < share
    year = 365 * (day // 365)
    into = year + random.uniform(*SEASON, len(day))
    possible = (into >= begin) & (into < days)
    return np.where(moved & possible, into, day)


def _products(random: np.random.Generator) -> pd.DataFrame:
    count = N_CATEGORIES * PRODUCTS_A_CATEGORY
    category = np.repeat(np.arange(N_CATEGORIES), PRODUCTS_A_CATEGORY)
    place = np.tile((np.arange(PRODUCTS_A_CATEGORY) + 0.5) / PRODUCTS_A_CATEGORY, N_CATEGORIES)
    level = np.exp(random.normal(2.7, 0.5, N_CATEGORIES))
    return pd.DataFrame(
        {
            "id": [f"p{number}" for number in range(count)],
            "title": [f"Product {number}" for number in range(count)],
            "product_type": [f"Category {number + 1}" for number in category],
            "price": (level[category] * np.exp(1.2 * (place - 0.5))).round(2),
        }
    )


def _lines(
    random: np.random.Generator,
    archetypes: tuple[Archetype, ...],
    kind: np.ndarray,
    orders: pd.DataFrame,
    products: pd.DataFrame,
    het: float,
) -> pd.DataFrame:
    def of(field: str) -> np.ndarray:
        return np.array([getattr(archetype, field) for archetype in archetypes])[kind]

    def spread(scale: float) -> np.ndarray:
        return np.exp(scale * het * random.standard_normal(len(kind)))

    lines_mean, units_mean = of("lines") * spread(0.25), of("units") * spread(0.2)
    discounted = _share(random, of("discounted"), het)
    returned = _share(random, of("returned"), het)
    price = _share(random, of("price"), het)
    taste = random.dirichlet(np.full(N_CATEGORIES, 0.5), len(kind)).cumsum(axis=1)

    customer = orders["customer"].to_numpy()
    count = 1 + random.poisson(np.maximum(lines_mean[customer] - 1, 0))
    order = np.repeat(np.arange(len(orders)), count)
    buyer = customer[order]
    category = (random.uniform(size=(len(order), 1)) > taste[buyer]).sum(axis=1)
    place = np.clip(random.normal(price[buyer], 0.2), 0, 0.999)
    category = np.minimum(category, N_CATEGORIES - 1)
    product = category * PRODUCTS_A_CATEGORY + (place * PRODUCTS_A_CATEGORY).astype(int)
    quantity = 1 + random.poisson(np.maximum(units_mean[buyer] - 1, 0))
    unit_price = products["price"].to_numpy()[product]
    cut = random.uniform(0.1, 0.4, len(order)) * (
        random.uniform(size=len(order)) < discounted[buyer]
    )
    bought = pd.DataFrame(
        {
            "order_id": order,
            "customer_id": _ids(buyer),
            "ordered_at": (START + pd.to_timedelta(orders["day"], unit="D")).dt.floor("s")[order],
            "product_id": products["id"].to_numpy()[product],
            "category": products["product_type"].to_numpy()[product],
            "quantity": quantity,
            "unit_price": unit_price,
            "discount": (cut * quantity * unit_price).round(2),
        }
    ).reset_index(drop=True)
    back = bought[random.uniform(size=len(bought)) < returned[buyer]].assign(discount=0.0)
    back["quantity"] = -back["quantity"]
    whole = pd.concat([bought, back], ignore_index=True)
    return whole.sort_values(["order_id", "quantity"], kind="stable", ignore_index=True)


def _share(random: np.random.Generator, mean: np.ndarray, het: float) -> np.ndarray:
    """Draw each customer's own share around the mean of the kind."""
    if het == 0:
        return mean
    strength = 12 / het**2
    return random.beta(mean * strength, (1 - mean) * strength)


def _ids(numbers: np.ndarray) -> np.ndarray:
    return np.char.add("c", numbers.astype(str)).astype(object)
