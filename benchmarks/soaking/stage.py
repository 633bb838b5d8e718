"""A site with a shop in it and its first results published, for parts of the soak to begin with."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.soaking import promises, shop, staff, work
from benchmarks.soaking.diary import Diary
from benchmarks.soaking.site import Site

PATIENCE_SECONDS = 400
OVER = """
    SELECT 1 WHERE NOT EXISTS (
        SELECT FROM runs_run WHERE id = ANY(%s) AND status IN ('waiting', 'running'))"""


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

    def judge(self, diary: Diary) -> None:
        """Wait for the end of all runs that were taken; then say what was lost and broken."""
        self.wait_for(OVER, self.call.said.runs_asked, what="the end of a run that was asked for")
        diary.broken += promises.broken_at_the_end(self.site, self.call.said)
        diary.broken += promises.sums_that_differ(diary, self.site)


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
