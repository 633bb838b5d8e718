"""What a rule would change, beside its form: lists without it and with it, what differs marked."""

from dataclasses import dataclass

from django.http import HttpRequest

from recommendations.admin.rule_form import FOUND, RuleForm, SeenForm
from recommendations.cards import Card, make_cards
from recommendations.comparing import GONE, changes
from recommendations.models import Rule
from recommendations.queries.rules import products_of
from recommendations.queries.shop import products_found
from recommendations.services.answers import Answer, Place
from recommendations.services.previews import PLACES, Preview, previews_of
from runs.wording import many

PRODUCT_FIELDS = ("product", "beside", "seen")


@dataclass(frozen=True)
class Tile:
    """A product at its place, what happened to it, and where it stood before."""

    place: Place
    card: Card
    mark: str
    was: int | None


@dataclass(frozen=True)
class Shown:
    """A list as the preview shows it."""

    title: str
    is_changed: bool
    without: list[Tile]
    with_it: list[Tile]


def facts(request: HttpRequest, rule: Rule | None) -> dict:
    """Collect what the preview shows of the rule in the address."""
    may_see_people = request.user.has_perm("customers.view_customer")
    form = RuleForm(request.GET, instance=rule)
    seen = SeenForm(request.GET, may_see_people=may_see_people)
    told = {"found": _found(request, form, seen)}
    if not request.GET.get("action"):
        return told
    if not (form.is_valid() and seen.is_valid()):
        return told | {"problems": [*_problems(form), *_problems(seen)]}
    rule, whose = form.instance, seen.cleaned_data.get("whose")
    shown = [
        _shown(preview, _title(preview, rule, bool(whose)))
        for preview in previews_of(rule, seen.cleaned_data["seen"], whose)
    ]
    return told | {
        "affects": affects(rule, products_of([rule])[0]),
        "changed": [each for each in shown if each.is_changed],
        "unchanged": [each for each in shown if not each.is_changed],
        "lists": len(shown),
        "places": PLACES,
    }


def affects(rule: Rule, count: int) -> str:
    """Say how many products a rule is about, or holds beside."""
    if rule.action == Rule.Action.PIN:
        return "" if count else "The product is not on sale, so it is not shown."
    products = f"{many(count, 'product')} on sale"
    if rule.action in (Rule.Action.SAME, Rule.Action.OTHER):
        return f"Holds beside {products}."
    return f"Affects {products}."


def _found(request: HttpRequest, form: RuleForm, seen: SeenForm) -> list:
    """Return products that may be meant by what was typed in place of an id."""
    wrong = [name for name in PRODUCT_FIELDS if name in {**form.errors, **seen.errors}]
    return [
        row
        for name in wrong
        if (words := request.GET.get(name, "").replace("\0", "").strip())
        for row in products_found(words, FOUND)
    ]


def _problems(form: RuleForm | SeenForm) -> list[str]:
    """Say what is wrong, field by field."""
    return [
        text if name == "__all__" else f"{form[name].label}: {text}"
        for name, texts in form.errors.items()
        for text in texts
    ]


def _shown(preview: Preview, title: str) -> Shown:
    before, after = (
        [place.product.product for place in answer.places]
        for answer in (preview.without, preview.with_it)
    )
    said = changes(before, after)
    gone = {product: mark for product, mark in said.items() if mark == GONE}
    was = {product: place for place, product in enumerate(before, 1)}
    return Shown(
        title, bool(said), _tiles(preview.without, gone, {}), _tiles(preview.with_it, said, was)
    )


def _tiles(answer: Answer, marks: dict[int, str], was: dict[int, int]) -> list[Tile]:
    return [
        Tile(place, card, marks.get(place.product.product, ""), was.get(place.product.product))
        for place, card in zip(answer.places, make_cards(answer), strict=True)
    ]


def _title(preview: Preview, rule: Rule, is_asked: bool) -> str:
    """Say which list it is; a customer who is only an example is not named."""
    name = Rule.List(preview.list).label
    if preview.product:
        way = "with" if preview.list == Rule.List.BASKET else "beside"
        return f"{name}, {way} {preview.product}"
    if not preview.customer:
        return f"{name}, in {rule.within}" if rule.within else name
    if is_asked:
        return f"{name}: {preview.customer}"
    one = "a typical one" if preview.list == Rule.List.CUSTOMER else "a customer"
    return f"{name}: {one}{f' of {rule.segment}' if rule.segment else ''}"
