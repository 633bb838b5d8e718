"""Where the embedded servers are reached; it follows from the var directory alone."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

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

    They get database numbers of their own, as clearing a cache empties its whole database:
    the broker the address's number + `first_db`, the cache the next one.

    >>> redis_urls("redis://cache.internal:6379/4")
    ('redis://cache.internal:6379/5', 'redis://cache.internal:6379/4')
    >>> redis_urls("unix:///run/valkey.sock", first_db=2)
    ('unix:///run/valkey.sock?db=3', 'redis+socket:///run/valkey.sock?virtual_host=2')
    """
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    over_socket = parts.scheme in ("unix", "redis+socket")
    if parts.scheme not in ("redis", "rediss") and not over_socket:
        raise EmbeddedError(
            f"REDIS_URL must begin with redis://, rediss:// or unix://, not {parts.scheme or '(nothing)'}://."
        )
    named = [
        query.pop("db", None),
        query.pop("virtual_host", None),
        None if over_socket else parts.path.strip("/") or None,
    ]
    number = next((found for found in named if found is not None), "0")
    if not number.isdigit():
        raise EmbeddedError(f"REDIS_URL must name its database by a number, not {number}.")
    broker_db = int(number) + first_db
    if over_socket:
        cache = parts._replace(scheme="unix", query=urlencode({**query, "db": broker_db + 1}))
        broker = parts._replace(
            scheme="redis+socket", query=urlencode({**query, "virtual_host": broker_db})
        )
    else:
        cache = parts._replace(path=f"/{broker_db + 1}", query=urlencode(query))
        broker = parts._replace(path=f"/{broker_db}", query=urlencode(query))
    return tuple(_with_slashes(urlunsplit(address), address.netloc) for address in (cache, broker))


def _with_slashes(url: str, netloc: str) -> str:
    """Give back the empty host (`///`) that some Pythons drop from schemes they do not know."""
    scheme, _, rest = url.partition(":")
    return url if netloc or rest.startswith("//") else f"{scheme}://{rest}"
