"""Ids of a shop in paths: any text, percent-encoded, slashes included.

Servers decode a path before they hand it on, so `/products/a%2Fsimilar/` would look like
`/products/a/similar/`. The middleware keeps each encoded slash apart, as a control character,
which no id contains; the converter turns it into a slash again.
"""

from urllib.parse import unquote

from django.urls import register_converter, reverse
from django.urls.converters import PathConverter

ENCODED_SLASH = "\x1f"


class IdConverter:
    """Matches an id: 1 to 100 characters, none of them a control character."""

    regex = r"[^\x00-\x1e\x7f-\x9f]{1,100}"

    def to_python(self, value: str) -> str:
        return value.replace(ENCODED_SLASH, "/")

    def to_url(self, value: str) -> str:
        return str(value).replace("/", ENCODED_SLASH)


class CategoryConverter(PathConverter):
    """Matches a category path, in which slashes may stand as they are or percent-encoded."""

    def to_python(self, value: str) -> str:
        return value.replace(ENCODED_SLASH, "/")


register_converter(IdConverter, "extid")
register_converter(CategoryConverter, "category")


def path_to(name: str, **ids) -> str:
    """Return the path of a view, the ids in it percent-encoded."""
    return reverse(name, kwargs=ids).replace("%1F", "%2F")


def keep_encoded_slashes(get_response):
    """Middleware: tell encoded slashes of the request's path from those between its parts."""

    def middleware(request):
        raw = request.META.get("RAW_URI", "").partition("?")[0]
        if "%2f" in raw.lower() and raw.startswith("/"):
            marked = raw.replace("%2F", "%1F").replace("%2f", "%1F")
            request.path_info = unquote(marked).removeprefix(request.META.get("SCRIPT_NAME", ""))
        return get_response(request)

    return middleware
