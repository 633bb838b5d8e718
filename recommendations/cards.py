"""A product as shoppers see it in a list: link, picture, price, what keeps them waiting, reason."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from products.models import Product
from recommendations.pictures import picture_name
from recommendations.queries.situations import Row
from recommendations.services.answers import Answer
from runs.rest import path_to

WAITS = {"preorder": "Pre-order", "backorder": "On back order", "out_of_stock": "Sold out"}


@dataclass(frozen=True)
class Card:
    """What is shown of a product; link and image are empty where there is none."""

    id: str
    title: str
    link: str
    image: str
    price: Decimal | None
    currency: str
    wait: str
    reason: str = ""


def make_card(product: Row | Product, reason: str = "", *, in_shop: bool = False) -> Card:
    """Return a product's card; in the demo shop it leads to the shop's own page."""
    product_id = product.id if isinstance(product, Row) else product.external_id
    link, image = product.link, product.image_link
    if settings.SHOP_PAGES and (in_shop or not link):
        link = path_to("shop-product", id=product_id)
    if settings.SHOP_PAGES and not image:
        image = _drawn(picture_name(product.product_type, product.title, product_id))
    wait = WAITS.get(product.availability, "")
    return Card(
        product_id, product.title, link, image, product.price, product.currency, wait, reason
    )


def make_cards(answer: Answer, *, in_shop: bool = False) -> list[Card]:
    """Return the cards of an answer, in order."""
    return [make_card(place.product, place.text, in_shop=in_shop) for place in answer.places]


def picture_of_category(path: str) -> str:
    """Return the picture that stands for a category."""
    return _drawn(picture_name(path, "", path))


def _drawn(name: str) -> str:
    return reverse("shop-picture", kwargs={"name": name})


def heading_of(answer: Answer, product_type: str) -> str:
    """Say why these products are there: "Similar mugs", "Popular in Mugs"."""
    category = product_type.rpartition(">")[2].strip()
    sources = {place.source for place in answer.places}
    if "similar" in sources:
        alike = sum(place.product.product_type == product_type for place in answer.places)
        is_plain = re.fullmatch(r"\w+( \w+){0,2}", category) and 2 * alike >= len(answer.places)
        return f"Similar {category.lower()}" if is_plain else "Similar products"
    return f"Popular in {category}" if "popular_in_category" in sources else "Popular in this shop"
