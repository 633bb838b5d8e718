"""What was kept, read for pages: sums of months, and the customers and products behind them."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncMonth

from customers.insights.concentration import places
from customers.models import (
    BuyerFigures,
    Customer,
    InsightBuild,
    Membership,
    MonthlyOrders,
    MonthlySales,
    Order,
    OrderLine,
    ProductFigures,
    ProductSales,
    RankedBuyers,
    SegmentFlow,
)
from customers.queries.clock import start_of
from customers.queries.pages import COUNTED
from products.models import Product

EVERYONE, NONE = "", "none"


def last_build() -> InsightBuild | None:
    """Of when the kept sums are."""
    return InsightBuild.objects.first()


def months_kept() -> list[MonthlyOrders]:
    """Every month there are orders of, oldest first."""
    return list(MonthlyOrders.objects.order_by("month"))


def monthly_sales(start: date, until: date, segment: str = EVERYONE) -> QuerySet[MonthlySales]:
    """Sums of these months, of everyone, of a segment by its key, or of those in none."""
    return _of_segment(MonthlySales.objects.filter(month__range=(start, until)), segment)


def sums_by(sales: QuerySet[MonthlySales], *names: str) -> list[dict]:
    """Add sums up by these columns."""
    money = ("gross", "discount", "returned", "net")
    counts = ("lines", "reduced_lines", "sold", "units")
    return list(sales.values(*names).annotate(**{name: Sum(name) for name in counts + money}))


def buyer_figures(ends: Sequence[tuple[date, int]]) -> list[BuyerFigures]:
    """Figures of everyone and of every segment, of windows by their last month and length."""
    windows = Q()
    for until, months in ends:
        windows |= Q(until=until, months=months)
    return list(BuyerFigures.objects.filter(windows)) if ends else []


def buyers_by_month(start: date, until: date, segment: str = EVERYONE) -> dict[date, BuyerFigures]:
    """Figures of each of these months, of everyone or of a segment."""
    figures = BuyerFigures.objects.filter(months=1, until__range=(start, until))
    return {row.until: row for row in _of_everyone_or(figures, segment)}


def product_figures(until: date, months: int) -> list[ProductFigures]:
    """How many products sold, by category and by band."""
    return list(ProductFigures.objects.filter(until=until, months=months))


def flows() -> list[SegmentFlow]:
    """How many customers (`size`) moved from which segment to which, most first."""
    size = Func(F("customers"), function="cardinality", output_field=IntegerField())
    flows = SegmentFlow.objects.annotate(size=size).order_by("-size", "pk")
    return list(flows.defer("customers").select_related("from_segment", "to_segment"))


def buyers(
    customers: QuerySet[Customer],
    until: date,
    months: int,
    segment: str = EVERYONE,
    top: float | None = None,
) -> QuerySet[Customer]:
    """Those whom figures count; with `top`, only the share of them who spent most."""
    figures = figures_of(until, months, segment)
    if not figures:
        return customers.none()
    listed = RawSQL(
        "SELECT unnest(customers[1:%s]) FROM customers_rankedbuyers WHERE figures_id = %s",
        [most(figures, top), figures.pk],
    )
    return _listed(customers, listed)


def figures_of(until: date, months: int, segment: str = EVERYONE) -> BuyerFigures | None:
    """The figures of a window, of everyone or of a segment."""
    figures = BuyerFigures.objects.filter(until=until, months=months)
    return _of_everyone_or(figures, segment).first()


def most(figures: BuyerFigures, top: float | None = None) -> int:
    """How many of the buyers that figures count a share of them is."""
    return figures.buyers if top is None else int(places(figures.buyers, (top,))[0])


def is_ranked(until: date, months: int) -> bool:
    """Say whether it is kept who the buyers of a window were."""
    of_window = {"figures__until": until, "figures__months": months, "figures__everyone": True}
    return RankedBuyers.objects.filter(**of_window).exists()


def first_bought(
    customers: QuerySet[Customer], start: datetime, *, before: bool
) -> QuerySet[Customer]:
    """Those whose first order came before this instant, or from it on."""
    side = "lt" if before else "gte"
    return customers.filter(**{f"total__first_order_at__{side}": start})


def movers(customers: QuerySet[Customer], from_segment: str, to_segment: str) -> QuerySet[Customer]:
    """Those whom the flow between two segments counts; NONE is outside of all."""
    listed = RawSQL(
        "SELECT unnest(f.customers) FROM customers_segmentflow AS f"
        " LEFT JOIN customers_segment AS was ON was.id = f.from_segment_id"
        " LEFT JOIN customers_segment AS now ON now.id = f.to_segment_id"
        " WHERE coalesce(was.key, %s) = %s AND coalesce(now.key, %s) = %s",
        [NONE, from_segment, NONE, to_segment],
    )
    return _listed(customers, listed)


def sold_in(
    products: QuerySet[Product], start: date, until: date, band: int | None = None
) -> QuerySet[Product]:
    """Those that sold in these months, in any price band or in one."""
    sales = ProductSales.objects.filter(month__range=(start, until), sold__gt=0)
    if band is not None:
        sales = sales.filter(band=band)
    return products.filter(pk__in=sales.values("product"))


def counted_orders(start: date, end: date, segment: str = EVERYONE) -> QuerySet[Order]:
    """Orders that figures from one day to before another rest on, returns alone among them."""
    orders = Order.objects.filter(
        COUNTED,
        ordered_at__gte=start_of(start),
        ordered_at__lt=start_of(end),
        ordered_at__lte=InsightBuild.objects.values("as_of")[:1],
    )
    stays = Membership.objects.filter(customer=OuterRef("customer"), to_run=None)
    if segment == NONE:
        return orders.filter(~Exists(stays))
    return orders.filter(Exists(stays.filter(segment__key=segment))) if segment else orders


def sold_to(
    products: QuerySet[Product], orders: QuerySet[Order], band: int | None = None
) -> QuerySet[Product]:
    """Those that these orders sold, in any price band or in one."""
    lines = OrderLine.objects.filter(order__in=orders, quantity__gt=0)
    if band is not None:
        month = TruncMonth("order__ordered_at", DateField(), tzinfo=settings.SHOP_ZONE)
        sales = ProductSales.objects.filter(
            product=OuterRef("product"), month=OuterRef("month"), band=band
        )
        lines = lines.annotate(month=month).filter(Exists(sales))
    return products.filter(pk__in=lines.values("product"))


def _listed(customers: QuerySet[Customer], keys: RawSQL) -> QuerySet[Customer]:
    """Those of a list of keys; by CASE, since a join would be planned for a list of ten."""
    return customers.filter(Case(When(pk__in=keys, then=Value(True)), default=Value(False)))


def _of_everyone_or(figures: QuerySet[BuyerFigures], segment: str) -> QuerySet[BuyerFigures]:
    if not segment:
        return figures.filter(everyone=True)
    return _of_segment(figures.filter(everyone=False), segment)


def _of_segment(rows: QuerySet, segment: str) -> QuerySet:
    if segment == NONE:
        return rows.filter(segment=None)
    return rows.filter(segment__key=segment) if segment else rows
