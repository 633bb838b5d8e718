"""The demo shop's pages, made of the same parts as a real shop would use; local mode only."""

from decimal import Decimal

from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from products.models import Product
from products.queries import product_by_external_id, products_on_sale
from recommendations.basket import changed_basket, keep_basket, read_basket
from recommendations.cards import WAITS, Card, heading_of, make_card, picture_of_category
from recommendations.pictures import picture_tones
from recommendations.queries import shop as queries
from recommendations.services import serving
from recommendations.services.answers import Answer, Place
from recommendations.shopper import find_shopper, keep_shopper, read_shopper
from recommendations.wishes import Wishes

ON_A_PAGE, MOST_PAGES, MOST_FOUND = 24, 8, 96
MOST_SHELVES, ROWS_AT_HOME, IN_A_ROW = 24, 3, 12
# A dearer product of the same category is a step up if it is this much alike.
STEP_UP_SCORE, LEAST_STEPS_UP, STEPS_UP = 0.25, 2, 6


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what is popular, the shelves, and the best of the largest ones."""
    shelves, popular = queries.top_shelves(), _popular(IN_A_ROW)
    shapes = {card.image.partition("-")[0]: card.image for card in popular}
    return _page(
        request,
        "home",
        shelves=shelves,
        hero=list(shapes.values())[:3],
        tiles=[(shelf, picture_of_category(shelf.path)) for shelf in shelves[:MOST_SHELVES]],
        popular=popular,
        rows=[(shelf, _popular(IN_A_ROW, shelf.path)) for shelf in shelves[:ROWS_AT_HOME]],
    )


@require_GET
def category(request: HttpRequest, path: str) -> HttpResponse:
    """Show a category: what is below it, and its products, most popular first."""
    steps = _steps(path)
    below = queries.shelves_below(path, MOST_SHELVES)
    page = _page_number(request)
    cards = _popular(page * ON_A_PAGE + 1, path)
    if not steps or not (cards or below):
        raise Http404("There is no such category.")
    return _page(
        request,
        "category",
        steps=steps[:-1],
        name=steps[-1][0],
        below=below,
        cards=cards[: page * ON_A_PAGE],
        next_page=page + 1 if len(cards) > page * ON_A_PAGE and page < MOST_PAGES else None,
    )


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show the products whose title has all the words asked for."""
    text = " ".join(request.GET.get("q", "").split())[:100]
    found = queries.products_found(text, MOST_FOUND) if text else []
    cards = [make_card(product, in_shop=True) for product in found]
    return _page(request, "search", text=text, cards=cards, is_cut=len(cards) == MOST_FOUND)


@require_GET
def product(request: HttpRequest, id: str) -> HttpResponse:
    """Show a product, what is bought with it, what is like it, and a step up."""
    shown = get_object_or_404(product_by_external_id(id).filter(visible=True))
    return _page(
        request,
        "product",
        product=shown,
        card=make_card(shown, in_shop=True),
        steps=_steps(shown.product_type),
        facts=_facts(shown),
        can_buy=shown.availability in Product.ON_SALE,
        stock=WAITS.get(shown.availability, "In stock"),
        rows=_rows_beside(shown),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def basket(request: HttpRequest) -> HttpResponse:
    """Show the basket; a POST puts products in or takes them out."""
    pieces = read_basket(request)
    if request.method == "POST":
        answer, product_id = redirect("shop-basket"), _told(request, "product")
        if product_by_external_id(product_id).exists():
            pieces = changed_basket(pieces, product_id, _told(request, "pieces"))
        keep_basket(answer, pieces)
        return answer
    found = products_on_sale().alias(folded=Lower("external_id")).filter(folded__in=pieces)
    lines = [_line(item, pieces.get(item.external_id.lower(), 0)) for item in found]
    total = sum(price for _, _, price in lines)
    return _page(request, "basket", lines=lines, total=total, bought=tuple(pieces))


@require_http_methods(["GET", "HEAD", "POST"])
def shop_as(request: HttpRequest) -> HttpResponse:
    """Let one choose a customer to shop as; a POST does so, without an id it ends it."""
    wanted = _told(request, "customer")
    found = find_shopper(wanted) if wanted else None
    if request.method == "POST" and (found or not wanted):
        answer = redirect("shop-home")
        keep_shopper(answer, found)
        return answer
    return _page(request, "as", people=queries.people_to_shop_as(), wanted=wanted)


def not_found(request: HttpRequest) -> HttpResponse:
    """Say that there is no such page, and show the way to the shelves."""
    return _page(request, "404", status=404)


@require_GET
@cache_control(public=True, max_age=365 * 86400, immutable=True)
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """Draw a picture from its name."""
    try:
        shape, tones = picture_tones(name)
    except LookupError:
        raise Http404("There is no such picture.") from None
    drawing = render_to_string(f"shop/pictures/{shape}.svg", tones)
    return HttpResponse(drawing, content_type="image/svg+xml")


def _page(request: HttpRequest, template: str, /, status: int = 200, **context) -> HttpResponse:
    shelves = context.pop("shelves", None) or queries.top_shelves()
    pieces = sum(read_basket(request).values())
    frame = {
        "in_shop": True,
        "shelves": shelves[:MOST_SHELVES],
        "pieces": pieces,
        "shopper": read_shopper(request),
    }
    return render(request, f"shop/{template}.html", frame | context, status=status)


def _told(request: HttpRequest, name: str) -> str:
    """Return what a form tells, as ids are stored."""
    return request.POST.get(name, "").replace("\0", "").strip()[:100]


def _line(item: Product, pieces: int) -> tuple[Card, int, Decimal]:
    return make_card(item, in_shop=True), pieces, (item.price or Decimal(0)) * pieces


def _popular(limit: int, path: str = "") -> list[Card]:
    here = serving.find_situation()
    answer = serving.popular_products(here, Wishes(limit=limit, category=path))
    return [make_card(place.product, in_shop=True) for place in answer.places]


def _rows_beside(shown: Product) -> list[dict]:
    """Return the lists of a product's page; what stands in one is not in the next."""
    here = serving.find_situation(shown.external_id, serving.BOUGHT_TOGETHER)
    rows, seen = [], ()
    if here.others:
        answer = serving.products_bought_together(here, Wishes(limit=IN_A_ROW))
        bought = [place for place in answer.places if place.source == serving.TOGETHER]
        rows, seen = [_row(answer, bought, "Often bought with it")], _ids(bought)
    up = {"price": "dearer", "category": shown.product_type, "min_score": STEP_UP_SCORE}
    dearer = serving.similar_products(here, Wishes(limit=STEPS_UP, exclude=seen, **up))
    steps_up = dearer.places if len(dearer.places) >= LEAST_STEPS_UP else []
    wishes = Wishes(limit=IN_A_ROW, exclude=seen + _ids(steps_up))
    similar = serving.similar_products(here, wishes)
    return [
        *rows,
        _row(similar, similar.places, heading_of(similar, shown.product_type)),
        _row(dearer, steps_up, "A step up"),
    ]


def _row(answer: Answer, places: list[Place], heading: str) -> dict:
    cards = [make_card(place.product, place.text, in_shop=True) for place in places]
    return {"answer": answer, "cards": cards, "heading": heading}


def _ids(places: list[Place]) -> tuple[str, ...]:
    return tuple(place.product.id for place in places)


def _steps(path: str) -> list[tuple[str, str]]:
    """Return each step of a category path with the path to it."""
    steps = [step.strip() for step in path.split(">") if step.strip()]
    return [(step, " > ".join(steps[: depth + 1])) for depth, step in enumerate(steps)]


def _facts(shown: Product) -> list[tuple[str, str]]:
    """List what else is known of a product, in words."""
    known = {"Brand": shown.brand, **shown.attributes, "GTIN": shown.gtin}
    written = (
        (name, ", ".join(map(str, value)) if isinstance(value, list) else value)
        for name, value in known.items()
    )
    return [
        (name.replace("_", " ").capitalize(), str(value))
        for name, value in written
        if isinstance(value, str | int | float) and value not in ("", True, False)
    ]


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), MOST_PAGES) if text.isdecimal() and len(text) < 4 else 1
