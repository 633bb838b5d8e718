"""A site with a shop in it and its first results published, for parts of the soak to begin with."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.soaking import promises, shop, staff, work
from benchmarks.soaking.site import Site

PATIENCE_SECONDS = 400


@dataclass
class Stage:
    """The site, what the shop hands over, and a caller of the API."""

    site: Site
    files: shop.Files
    call: work.Caller

    def published(self) -> dict[str, int]:
        """Return the runs that readers see, by kind; nothing while the database is away."""
        return dict(self.ask("SELECT kind, id FROM runs_run WHERE status = 'published'"))

    def ask(self, sql: str, *values: object) -> list[tuple]:
        """Ask the database; nothing while it is away."""
        try:
            with promises.looking(self.site) as database:
                return database.execute(sql, values).fetchall()
        except psycopg.OperationalError:
            return []

    def wait_for(self, sql: str, *values: object, what: str, seconds: float = PATIENCE_SECONDS):
        """Wait until the database answers with something; return how long that took."""
        return self.site.wait(lambda: bool(self.ask(sql, *values)), seconds, what)


@contextmanager
def stage(
    folder: Path, asked: Namespace, customers: int = shop.CUSTOMERS, **environment: str
) -> Iterator[Stage]:
    """Start a site, load the shop, wait for its first results; end the site afterwards."""
    files = shop.write_files(folder, customers)
    site = Site(folder / "var", **environment)
    site.start()
    try:
        yield first_results(site, files)
    finally:
        site.stop()


def first_results(site: Site, files: shop.Files) -> Stage:
    """Load the shop into a site that starts, and publish its results."""
    site.wait(site.is_ready, PATIENCE_SECONDS, "the start")
    site.run("import_products", str(files.products))
    site.run("import_orders", str(files.orders))
    here = Stage(site, files, work.Caller(site, staff.make_key(site), work.Said()))
    for kind in ("segments", "similar"):
        here.call("/runs/", {"kind": kind}, "runs")
    site.wait(lambda: len(here.published()) >= 2, PATIENCE_SECONDS, "the first runs")
    return here
