"""The site with the peers beside it, as gunicorn serves it, and a count of lists remembered."""

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.core.wsgi import get_wsgi_application

COUNTED = ("asked", "made")


def file_of(what: str) -> Path:
    """Return the file that grows by a byte each time; web processes write to it together."""
    path = Path(os.environ["SEGREC_VAR"]) / f"lists-{what}"
    path.touch()
    return path


class Counted(LocMemCache):
    """Remembers as the site does, and counts what was asked for and what had to be made."""

    def get_or_set(self, key: str, default: Callable, **options) -> object:
        def made() -> object:
            self._count("made")
            return default()

        self._count("asked")
        return super().get_or_set(key, made, **options)

    def _count(self, what: str) -> None:
        with file_of(what).open("ab", buffering=0) as file:
            file.write(b".")


def serve() -> Callable:
    """Return the application."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
    settings.ROOT_URLCONF = "benchmarks.api_peers"
    settings.CACHES["answers"]["BACKEND"] = f"{__name__}.Counted"
    return get_wsgi_application()
