"""Products and customers to show what a rule does with: those most likely to be touched by it."""

from django.db.models import QuerySet

from customers.models import Customer, Membership, OrderLine, Segment, SegmentProfile
from products.models import Product
from products.queries import in_category, of_brand, products_on_sale
from recommendations.models import Popularity, Rule, SimilarList, TogetherList
from runs.queries import published_run

# How far a stored list is looked through for a product to show.
LOOKED_THROUGH = 30


def products_about(rule: Rule) -> QuerySet[Product]:
    """Products on sale that a rule names, by themselves, by category or by brand."""
    products = products_on_sale()
    if rule.product_id:
        return products.filter(pk=rule.product_id)
    if rule.category:
        return in_category(products, rule.category)
    return of_brand(products, rule.brand) if rule.brand else products.none()


def product_beside(rule: Rule) -> Product | None:
    """A product whose lists a rule is likely to change.

    That is one close to the most bought of those the rule is about, or else the most bought.
    """
    if rule.beside_id:
        return rule.beside
    shown = products_on_sale()
    if rule.within:
        shown = in_category(shown, rule.within)
    subject = most_bought(products_about(rule))
    if subject is None:
        return most_bought(shown)
    close = _close_to(subject)
    near = shown.in_bulk(close)
    beside = next((near[key] for key in close if key in near), None)
    return beside or most_bought(shown.exclude(pk=subject.pk))


def most_bought(products: QuerySet[Product]) -> Product | None:
    """The product of these that most customers bought of late; the newest where nobody did."""
    bought = Popularity.objects.filter(product__in=products, buyers_ever__gt=0)
    best = bought.order_by("-buyers_90_days", "-buyers_ever", "product_id").first()
    return products.get(pk=best.product_id) if best else products.order_by("-pk").first()


def typical_customer(segment: Segment | None, bought: Product | None = None) -> Customer | None:
    """A customer who ordered as often as the middle one of the segment, or who ordered last.

    Without a segment it is one of the largest. With `bought` it is who bought that last.
    """
    people = Customer.objects.filter(erased_at=None, profiling_opt_out=False)
    profiles = SegmentProfile.objects.filter(run=published_run("segments")).order_by("-customers")
    profile = (profiles.filter(segment=segment) if segment else profiles).first()
    if segment or (profile and not bought):
        stays = Membership.objects.filter(segment=segment or profile.segment_id, to_run=None)
        people = people.filter(pk__in=stays.values("customer"))
    if bought:
        lines = OrderLine.objects.filter(product=bought, order__customer__in=people)
        return _customer_of(lines.order_by("-order__ordered_at", "-pk"))
    median = profile.features.get("median", {}).get("order_count") if profile else None
    typical = people.filter(total__order_count=round(median)) if median else people.none()
    buyers = people.filter(total__order_count__gt=0).order_by("-total__last_order_at", "pk")
    return typical.order_by("pk").first() or buyers.first() or people.order_by("pk").first()


def _customer_of(lines: QuerySet[OrderLine]) -> Customer | None:
    line = lines.select_related("order__customer").first()
    return line and line.order.customer


def _close_to(product: Product) -> list[int]:
    """The keys of what is bought with a product, then of what is like it, best first."""
    keys = []
    for kind, model, column in (
        ("bought-together", TogetherList, "others"),
        ("similar", SimilarList, "neighbours"),
    ):
        stored = model.objects.filter(run=published_run(kind), product=product)
        keys += (stored.values_list(column, flat=True).first() or [])[:LOOKED_THROUGH]
    return keys
