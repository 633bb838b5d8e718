"""Log lines: what they are about, and what they never say."""

import json
import logging
import sys

import pytest
from django.db import IntegrityError
from django.http import HttpResponse
from django.utils.log import log_response

from runs.about import about
from segrec_site.logs import JsonFormatter, PlainFormatter, Routed

SAID = "duplicate key\nDETAIL:  Key (email)=(ada@example.com) exists."
PLAIN = "%(levelname)s %(name)s%(about)s: %(message)s"


def record(message: str = "Done", *args, **extra) -> logging.LogRecord:
    return logging.getLogger("test").makeRecord(
        "test", logging.INFO, __file__, 1, message, args, None, extra=extra
    )


def test_a_line_for_machines_says_what_it_is_about():
    with about(request="r1", run=41):
        line = json.loads(JsonFormatter().format(record("%s rows", 7, status=200)))

    assert line["message"] == "7 rows"
    assert (line["request"], line["run"], line["status"]) == ("r1", 41, 200)
    assert line["at"].endswith("+00:00")


def test_a_line_to_read_says_what_it_is_about():
    with about(run=41):
        assert PlainFormatter(PLAIN).format(record()) == "INFO test [run=41]: Done"

    assert PlainFormatter(PLAIN).format(record()) == "INFO test: Done"


@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter(PLAIN)])
def test_errors_are_written_without_the_rows_that_the_database_quotes(formatter):
    line = record()
    try:
        raise IntegrityError(SAID)
    except IntegrityError:
        line.exc_info = sys.exc_info()

    text = formatter.format(line)

    assert "IntegrityError: duplicate key" in text
    assert "ada@example.com" not in text


@pytest.mark.parametrize("path", ["/admin/ada@example.com/", "/admin/zoë@example.com/", "/a\nb"])
def test_lines_of_djangos_own_name_routes_not_paths(rf, caplog, path):
    request = rf.get("/")
    request.path = path
    caplog.handler.addFilter(Routed())

    log_response("Sorry: %s", path, response=HttpResponse(status=503), request=request)

    assert caplog.messages == ["Sorry: (no route)"]
