"""Where the embedded servers are reached; it follows from the var directory alone."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from segrec_site.embedded.errors import EmbeddedError

NAME = "segrec"  # of the database and of its owner
PORT = 5432  # only names the socket file: nothing listens on TCP
LONGEST_SOCKET_PATH = 103  # bytes; what macOS allows, Linux has a few more
# A comma would be a list of hosts to libpq, a plus a blank in a URL.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")


@dataclass(frozen=True)
class Urls:
    """The addresses of the two servers, all under one directory of sockets."""

    run: Path

    @property
    def postgres_socket(self) -> Path:
        return self.run / f".s.PGSQL.{PORT}"

    @property
    def valkey_socket(self) -> Path:
        return self.run / "valkey.sock"

    @property
    def database(self) -> str:
        """For libpq, psycopg and django-environ."""
        return f"postgresql://{NAME}@/{NAME}?host={self.run}&port={PORT}"

    @property
    def django(self) -> dict[str, str]:
        """For Django's DATABASES; the port is named, or a PGPORT in the environment would win."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": NAME,
            "USER": NAME,
            "HOST": str(self.run),
            "PORT": str(PORT),
        }

    @property
    def redis(self) -> str:
        """For redis-py; `redis_urls` makes Celery's dialect of it."""
        return f"unix://{self.valkey_socket}"


def urls(var: Path) -> Urls:
    """Return the addresses of the servers of a var directory, which need not exist yet."""
    var = Path(os.path.realpath(var))
    found = Urls(var / "run")
    plain = PLAIN_PATH.fullmatch(str(found.run))
    if plain and len(os.fsencode(found.postgres_socket)) <= LONGEST_SOCKET_PATH:
        return found
    return Urls(Path("/tmp") / f"segrec-{hashlib.sha256(os.fsencode(var)).hexdigest()[:16]}")


def redis_urls(url: str, first_db: int = 0) -> tuple[str, str]:
    """Translate one Redis address into two: for the cache (redis-py) and for the broker (Celery).

    They get databases of their own, as clearing a cache empties its whole database: the cache
    the address's number + `first_db`, the broker the next one.

    >>> redis_urls("redis://cache.internal:6379/4")
    ('redis://cache.internal:6379/4', 'redis://cache.internal:6379/5')
    >>> redis_urls("unix:///run/valkey.sock", first_db=2)
    ('unix:///run/valkey.sock?db=2', 'redis+socket:///run/valkey.sock?virtual_host=3')
    """
    parts = urlsplit(url)
    on_socket = parts.scheme in ("unix", "redis+socket")
    if parts.scheme not in ("redis", "rediss") and not on_socket:
        raise EmbeddedError("REDIS_URL must begin with redis://, rediss:// or unix://.")
    query = dict(parse_qsl(parts.query))
    named = [query.pop("db", ""), query.pop("virtual_host", ""), parts.path.strip("/")]
    number = next(filter(None, named[:2] if on_socket else named), "0")
    if not number.isdecimal():
        raise EmbeddedError(f"REDIS_URL must name its database by a number, not {number}.")
    cache_db = int(number) + first_db
    if on_socket:
        cache = parts._replace(scheme="unix", query=urlencode({**query, "db": cache_db}))
        queue = {**query, "virtual_host": cache_db + 1}
        broker = parts._replace(scheme="redis+socket", query=urlencode(queue))
    else:
        if parts.scheme == "rediss":  # Celery asks for no certificate unless it is told to
            query.setdefault("ssl_cert_reqs", "required")
        cache, broker = (
            parts._replace(path=f"/{number}", query=urlencode(query))
            for number in (cache_db, cache_db + 1)
        )
    return _with_host(cache), _with_host(broker)


def _with_host(parts: SplitResult) -> str:
    """Write the address with the empty host (`///`) that some Pythons leave out."""
    scheme, _, rest = urlunsplit(parts).partition(":")
    return f"{scheme}:{rest}" if rest.startswith("//") else f"{scheme}://{rest}"
