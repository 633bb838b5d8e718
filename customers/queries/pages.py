"""What staff pages list: segments with their sizes, customers with their segment, sales."""

from collections.abc import Collection

from django.db import connection
from django.db.models import (
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Lower

from customers.models import (
    Customer,
    CustomerCategoryTotal,
    CustomerScore,
    Membership,
    Order,
    OrderLine,
    Segment,
    SegmentProfile,
    Shop,
)
from products.models import Category, Product
from runs.models import Run
from runs.queries import published_run

SEGMENT_ORDER = (
    F("retired_run").asc(nulls_first=True),
    F("position").asc(nulls_last=True),
    F("id").asc(),
)
COUNTED = Q(status__in=Order.COUNTED, rate__isnull=False)


def segments_with_profile(run: Run | None = None) -> QuerySet[Segment]:
    """Segments with their numbers in this run, the published one unless told; in its order."""
    run = run or published_run("segments")
    return Segment.objects.annotate(
        profile=FilteredRelation("profiles", condition=Q(profiles__run=run and run.pk)),
        position=F("profile__position"),
        customers=F("profile__customers"),
        share=F("profile__share"),
        revenue_share=F("profile__revenue_share"),
    ).order_by(*SEGMENT_ORDER)


def segments_alive(run: Run | None = None) -> QuerySet[Segment]:
    """Segments that the run has customers for, largest spenders first."""
    return segments_with_profile(run).filter(position__isnull=False)


def segment_names() -> dict[str, str]:
    """What each segment is called by its key, retired ones too."""
    return {segment.key: str(segment) for segment in Segment.objects.all()}


def segments_by_key(keys: Collection[str]) -> dict[str, Segment]:
    """Segments with these keys, retired ones too."""
    return {segment.key: segment for segment in Segment.objects.filter(key__in=keys)}


def categories() -> list[str]:
    """Every top category by name."""
    return list(Category.objects.values_list("name", flat=True))


def profiles_of(run: Run | None) -> list[SegmentProfile]:
    """What a run saw of each segment."""
    return list(SegmentProfile.objects.filter(run=run).select_related("segment"))


def shop_currency() -> str:
    """The currency that customers' sums are in."""
    return Shop.objects.values_list("currency", flat=True).first() or ""


def customers_with_segment() -> QuerySet[Customer]:
    """Customers with their totals, and their open membership and score as lists of one or none."""
    currency = Subquery(Shop.objects.values("currency")[:1])
    customers = Customer.objects.select_related("total").annotate(currency=currency)
    return customers.prefetch_related(
        Prefetch(
            "memberships",
            Membership.objects.filter(to_run=None).select_related("segment"),
            to_attr="open_memberships",
        ),
        Prefetch("scores", CustomerScore.objects.filter(to_run=None), to_attr="open_scores"),
    )


def named(customers: QuerySet[Customer], words: str) -> QuerySet[Customer]:
    """Those with this id, an e-mail that begins so, or all the words among their names."""
    words = words.strip()
    if not words:
        return customers
    names = Q()
    for word in words.split():
        names &= Q(first_name__istartswith=word) | Q(last_name__istartswith=word)
    folded = customers.alias(folded_email=Lower("email"))
    return folded.filter(Q(external_id=words) | Q(folded_email__startswith=words.lower()) | names)


def in_segment(customers: QuerySet[Customer], key: str | None) -> QuerySet[Customer]:
    """Those who are in the segment of this key now, or in none."""
    stays = Membership.objects.filter(customer=OuterRef("pk"), to_run=None)
    if key is None:
        return customers.filter(~Exists(stays))
    return customers.filter(Exists(stays.filter(segment__key=key)))


def borderline(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Those who are nearly in another segment."""
    stays = Membership.objects.filter(customer=OuterRef("pk"), to_run=None, borderline=True)
    return customers.filter(Exists(stays))


def with_score(customers: QuerySet[Customer], **score: str) -> QuerySet[Customer]:
    """Those whose open score has these values."""
    scores = CustomerScore.objects.filter(customer=OuterRef("pk"), to_run=None, **score)
    return customers.filter(Exists(scores))


def countries() -> list[str]:
    """Every country customers have, found by leaps through the index rather than row by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE found(country) AS ("
            " (SELECT country FROM customers_customer ORDER BY country LIMIT 1)"
            " UNION ALL SELECT (SELECT country FROM customers_customer AS next"
            "  WHERE next.country > found.country ORDER BY country LIMIT 1)"
            " FROM found WHERE found.country IS NOT NULL)"
            " SELECT country FROM found WHERE country <> ''"
        )
        return [country for (country,) in cursor.fetchall()]


def orders_of(customer: Customer) -> QuerySet[Order]:
    """All orders of a customer, newest first."""
    return Order.objects.filter(customer=customer).order_by("-ordered_at", "-id")


def without_rate(customer: Customer) -> int:
    """How many paid orders of a customer are in no sum, for want of a rate."""
    return Order.objects.filter(
        customer=customer, status__in=Order.COUNTED, rate__isnull=True
    ).count()


def stays_of(customer: Customer) -> QuerySet[Membership]:
    """All stays of a customer in segments, newest first."""
    stays = Membership.objects.filter(customer=customer).select_related("segment", "to_run")
    return stays.order_by("-id")


def categories_of(customer: Customer) -> QuerySet[CustomerCategoryTotal]:
    """What a customer bought by top category, most spent first."""
    totals = CustomerCategoryTotal.objects.filter(customer=customer).select_related("category")
    return totals.order_by("-net", "category__name")


def traces_of(customer: Customer) -> dict[str, int]:
    """How many orders, and lines of orders, hang on a customer."""
    orders = Order.objects.filter(customer=customer)
    return {
        "order_count": orders.count(),
        "line_count": OrderLine.objects.filter(order__in=orders).count(),
    }


def scores_of(customer: Customer) -> QuerySet[CustomerScore]:
    """Every score of a customer, the latest first."""
    scores = CustomerScore.objects.filter(customer=customer).select_related("from_run", "to_run")
    return scores.order_by("-id")


def products_by_id(ids: Collection[int]) -> dict[int, Product]:
    """These products by their keys."""
    return Product.objects.in_bulk(ids)


def lines_of(order: Order) -> QuerySet[OrderLine]:
    """The lines of an order with their products."""
    return order.lines.select_related("product").order_by("line_no")
