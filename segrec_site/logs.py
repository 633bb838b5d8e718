"""Log lines: JSON objects for machines that collect them, or plain ones; both say what about.

No line names a customer: requests are named by their route, never by path or query.
"""

import json
import logging
from datetime import UTC, datetime

from django.http import HttpRequest

from runs.about import ids
from runs.trouble import without_rows

# What a caller may add to a line by `extra`.
EXTRAS = ("method", "route", "view", "status", "ms", "key", "user", "address")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: when, how bad, who, what, about what, and the error if any."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **ids(),
            **{name: getattr(record, name) for name in EXTRAS if hasattr(record, name)},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)

    def formatException(self, exc_info) -> str:
        return without_rows(super().formatException(exc_info))


class PlainFormatter(logging.Formatter):
    """A line to read: when, how bad, who, [about what], what."""

    def format(self, record: logging.LogRecord) -> str:
        about = " ".join(f"{name}={value}" for name, value in ids().items())
        record.about = f" [{about}]" if about else ""
        return super().format(record)

    def formatException(self, exc_info) -> str:
        return without_rows(super().formatException(exc_info))


class Routed(logging.Filter):
    """Puts the route where Django's own lines have the path, which may name a customer."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            path = request.path
            as_written = (path, path.encode("unicode_escape").decode("ascii"))
            record.args = tuple(
                route_of(request) if argument in as_written else argument
                for argument in record.args
            )
        return True


def route_of(request: HttpRequest) -> str:
    """Return the pattern that a request's path matched; nothing of the path when none did."""
    return f"/{request.resolver_match.route}" if request.resolver_match else "(no route)"
