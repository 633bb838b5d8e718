"""What the work at hand is about: ids of request, task and run, which log lines carry."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Headers of a worker's message: which request it comes from, and when it was sent.
REQUEST, SENT = "segrec_request", "segrec_sent"
_about: ContextVar[dict | None] = ContextVar("about", default=None)


def ids() -> dict:
    """Return the ids of the work at hand, by name."""
    return _about.get() or {}


def set_ids(**given: object) -> None:
    """Begin work that is about this and nothing else; for workers, who do one thing at a time."""
    _about.set({name: value for name, value in given.items() if value})


@contextmanager
def about(**given: object) -> Iterator[None]:
    """Add ids for the work inside."""
    token = _about.set(ids() | given)
    try:
        yield
    finally:
        _about.reset(token)
