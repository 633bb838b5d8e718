"""Events as callers send them -> what is kept of each, or what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import blake2b
from typing import Any
from uuid import UUID

from recommendations.list_ids import ListTold, read_list_id
from runs.parsing import BadCell, Forms, identifier, moment

TYPES = ("view", "impression", "click", "cart")
FIELDS = ("event_id", "type", "list_id", "product", "position", "visitor", "customer", "at")
_NEEDED = ("event_id", "type", "product")


@dataclass(frozen=True)
class EventRow:
    """What one event tells.

    Attributes
    ----------
    id : UUID
        Made from the caller's id: equal for equal ones.
    type : {"view", "impression", "click", "cart"}
        What happened to the product.
    at : datetime or None
        When; None: now.
    product : str
        Its id.
    list_id, kind, arm, source : str
        The list it stood in and what that tells; only the id when the list is not segrec's, and
        nothing outside of lists. Without a position, no source of a list that has several.
    position : int or None
        Its place in the list, from 1.
    visitor, customer : str
        Who it was, as the page and as the shop know them; empty when unknown.
    """

    id: UUID
    type: str
    at: datetime | None
    product: str
    list_id: str = ""
    kind: str = ""
    arm: str = ""
    source: str = ""
    position: int | None = None
    visitor: str = ""
    customer: str = ""


class BadEvent(ValueError):
    """An event that cannot be kept; `errors` names each field with what is wrong."""

    def __init__(self, errors: list[dict[str, str | None]]):
        super().__init__(errors)
        self.errors = errors


def read_event(row: Any, zone: tzinfo) -> EventRow:
    """Check one event.

    Parameters
    ----------
    row : any
        As it came; an object with some of `FIELDS`.
    zone : tzinfo
        Of times without an offset.

    Returns
    -------
    EventRow
        What it tells.

    Raises
    ------
    BadEvent
        If a field is missing, unknown or wrong.

    Examples
    --------
    >>> from datetime import UTC
    >>> told = {"event_id": "e1", "type": "click", "product": "mug", "position": 2}
    >>> event = read_event(told | {"list_id": "similar-model-1s1o-" + "0" * 18}, UTC)
    >>> event.source, event.arm
    ('popular', 'model')
    """
    if not isinstance(row, Mapping):
        raise BadEvent([_error(None, "is not an object")])
    errors = [_error(name, "is not a field of events") for name in row if name not in FIELDS]
    texts = {name: _text(row, name, errors) for name in FIELDS if name != "position"}
    errors += [_error(name, "is missing") for name in _NEEDED if texts[name] == ""]
    if texts["type"] and texts["type"] not in TYPES:
        errors.append(_error("type", f"is not one of {', '.join(TYPES)}"))
    told = _list_told(texts["list_id"])
    position = _position(row.get("position"), told, errors)
    at = _moment(texts["at"], zone, errors)
    if errors:
        raise BadEvent(errors)
    return EventRow(
        id=UUID(bytes=blake2b(texts["event_id"].encode(), digest_size=16).digest()),
        type=texts["type"],
        at=at,
        product=texts["product"],
        list_id=texts["list_id"],
        kind=told.kind if told else "",
        arm=told.arm if told else "",
        source=_source(told, position),
        position=position,
        visitor=texts["visitor"],
        customer=texts["customer"],
    )


def _error(field: str | None, detail: str) -> dict[str, str | None]:
    return {"field": field, "detail": detail}


def _text(row: Mapping, name: str, errors: list) -> str | None:
    """Return a field's text, empty when it is not given; None when it is none."""
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        errors.append(_error(name, "is not text"))
        return None
    if name == "at":
        return str(value)
    if name == "list_id" and read_list_id(str(value)):
        return str(value)
    try:
        return identifier(str(value))
    except BadCell as problem:
        errors.append(_error(name, str(problem)))
        return None


def _list_told(text: str | None) -> ListTold | None:
    """Return what the list's id tells; None of a list that is not segrec's, or is empty."""
    told = read_list_id(text or "")
    return told if told and told.sources else None


def _position(value: Any, told: ListTold | None, errors: list) -> int | None:
    if value is None:
        return None
    places = len(told.sources) if told else 100
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= places:
        errors.append(_error("position", f"is not a place of the list, 1 to {places}"))
        return None
    return value


def _source(told: ListTold | None, position: int | None) -> str:
    if not told or (position is None and len({*told.sources}) > 1):
        return ""
    return told.sources[(position or 1) - 1]


def _moment(text: str | None, zone: tzinfo, errors: list) -> datetime | None:
    try:
        return moment(text or "", Forms(zone=zone))
    except BadCell as problem:
        errors.append(_error("at", str(problem)))
        return None
