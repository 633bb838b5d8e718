"""Small files of a shop, written by hand, and what became of them."""

from pathlib import Path

from customers.models import Customer, CustomerCategoryTotal, CustomerTotal, Order, OrderLine
from customers.queries.totals import recompute_totals
from products.models import Product

COUNTS = ("created", "updated", "unchanged", "skipped", "rejected")


def write(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    """Write a file; lines may be indented."""
    path = folder / name
    if isinstance(content, str):
        content = "\n".join(line.strip(" ") for line in content.strip().splitlines()).encode()
    path.write_bytes(content)
    return path


def counts(summary) -> dict[str, int]:
    """Return the counts that are not zero."""
    return {name: getattr(summary, name) for name in COUNTS if getattr(summary, name)}


def state() -> list:
    """Return all rows of the shop's tables, by the shop's own ids, without our keys and times."""
    return [
        sorted(Product.objects.values_list("external_id", "title", "visible", "price", "brand")),
        sorted(Customer.objects.values_list("external_id", "email", "country", "is_guest")),
        sorted(
            Order.objects.values_list(
                "external_id", "customer__external_id", "ordered_at", "status", "net", "units"
            ),
            key=str,
        ),
        sorted(
            OrderLine.objects.values_list(
                "order__external_id", "line_no", "product__external_id", "quantity", "net"
            )
        ),
    ]


def kept_totals() -> tuple[dict, dict]:
    """Return the kept totals by customer: exact sums, and decayed spend."""
    exact = ("order_count", "units", "gross", "discount", "returned", "net", "season_orders")
    times = ("first_order_at", "last_order_at")
    sums = {
        row[0]: row[1:] for row in CustomerTotal.objects.values_list("customer", *exact, *times)
    }
    categories = CustomerCategoryTotal.objects.values_list(
        "customer", "category", "lines", "units", "net"
    )
    sums |= {row[:2]: row[2:] for row in categories}
    return sums, dict(CustomerTotal.objects.values_list("customer", "decayed_spend"))


def assert_totals_are_true() -> None:
    """Compare the kept totals with their recomputation."""
    kept, kept_spend = kept_totals()
    recompute_totals()
    found, spend = kept_totals()
    assert kept == found
    assert kept_spend.keys() == spend.keys()
    for customer, value in spend.items():
        assert abs(kept_spend[customer] - value) <= 1e-9 * max(1, abs(value))
