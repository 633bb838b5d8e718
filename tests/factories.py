"""Small things made by hand: products, customers, orders; Ada buys often, Ben once, Cy never."""

from datetime import UTC, datetime, timedelta
from itertools import count

from customers.models import Customer, Order, OrderLine
from products.models import Product

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
_numbers = count(1)


def make_product(**over) -> Product:
    """Make a product that is visible and in stock."""
    number = next(_numbers)
    values = {"external_id": f"p{number}", "title": f"Product {number}", "price": "10.00"}
    return Product.objects.create(**values | over)


def make_customer(**over) -> Customer:
    """Make a customer without orders."""
    return Customer.objects.create(**{"external_id": f"c{next(_numbers)}"} | over)


def make_order(
    customer: Customer | None, *products: Product, days_ago: int = 0, price: str = "10", **over
) -> Order:
    """Make a paid order of one piece of each product; totals are the caller's to refresh."""
    values = {
        "external_id": f"o{next(_numbers)}",
        "ordered_at": NOW - timedelta(days=days_ago),
        "currency": "EUR",
        "rate": 1,
        "units": len(products),
        "gross": len(products) * int(price),
        "net": len(products) * int(price),
    }
    order = Order.objects.create(customer=customer, **values | over)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, line_no=n, product=product, quantity=1, unit_price=price, net=price)
        for n, product in enumerate(products, 1)
    )
    return order
