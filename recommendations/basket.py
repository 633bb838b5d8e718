"""The demo shop's basket: product ids and pieces in a signed cookie; nothing is stored here."""

from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE, SECONDS_KEPT = "basket", 30 * 86400
MOST_LINES, MOST_PIECES = 20, 99


def read_basket(request: HttpRequest) -> dict[str, int]:
    """Return pieces by folded product id; a cookie that is not ours is an empty basket."""
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=SECONDS_KEPT)
    except signing.BadSignature:
        return {}


def keep_basket(response: HttpResponse, pieces: dict[str, int]) -> None:
    """Send the basket along with an answer."""
    text = signing.dumps(pieces, salt=COOKIE, compress=True)
    response.set_cookie(COOKIE, text, max_age=SECONDS_KEPT, httponly=True, samesite="Lax")


def changed_basket(pieces: dict[str, int], product_id: str, wanted: str) -> dict[str, int]:
    """Return the basket with `wanted` pieces of a product: a number, or as in "+1"; 0 removes it.

    >>> changed_basket({"mug": 1}, "MUG", "+1"), changed_basket({"mug": 1}, "mug", "0")
    ({'mug': 2}, {})
    """
    folded = product_id.lower()
    number = wanted.removeprefix("+")
    if not number.isdecimal() or len(number) > 3:
        return pieces
    count = int(number) + (pieces.get(folded, 0) if wanted.startswith("+") else 0)
    changed = pieces | {folded: min(count, MOST_PIECES)}
    kept = {name: count for name, count in changed.items() if count > 0}
    return dict(list(kept.items())[-MOST_LINES:])
