"""How soon a product that is written stands in lists, both ways, while all lists are rebuilt.

A real site with its workers. While one of them rebuilds, products are written by the API, in the
admin and by an import in turn, each the like of an article. Counted is from when the write is
answered to when lists as they are served show the article, or a variant of it, beside the product,
and the product beside that.
"""

import argparse
import csv
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from benchmarks import catalogue
from benchmarks.report import Report
from benchmarks.soaking.site import Site

SIZES = {"tiny": 2_000, "small": 10_000, "big": 100_000}
ROUNDS, MOST_SECONDS, PATIENCE_SECONDS = 5, 2.0, 900
COLUMNS = ["written by", "products", "writes", "while a rebuild ran"]
COLUMNS += ["median seconds", "longest", "must"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=list(SIZES), default="small")
    size = parser.parse_args().size
    with tempfile.TemporaryDirectory(prefix="segrec-fresh-") as folder:
        site = Site(Path(folder) / "var", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        site.start()
        try:
            site.wait(site.is_ready, PATIENCE_SECONDS, "the start")
            publish(size, measure(site, SIZES[size], Path(folder)))
        finally:
            site.stop()


def measure(site: Site, n_products: int, folder: Path) -> dict[str, list[tuple[float, bool]]]:
    """Fill the shop and write to it; return for each way in the seconds, and if a rebuild ran."""
    os.environ |= {"SEGREC_VAR": str(site.var), "SEGREC_REDIS_DB": "0"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
    import django

    django.setup()
    from products.services import import_products

    articles = catalogue.fashion(n_products)
    import_products(write(folder, articles))
    rebuild = Rebuild()
    rebuild.begin()
    site.wait(lambda: not rebuild.is_running(), PATIENCE_SECONDS, "the first build")
    taken: dict[str, list[tuple[float, bool]]] = {}
    ways = ways_in(folder, articles)
    group_of = {article["id"]: article["item_group_id"] or article["id"] for article in articles}
    for number in range(ROUNDS * len(ways)):
        if not rebuild.is_running():
            rebuild.begin()
            time.sleep(1)
        name, write_one = ways[number % len(ways)]
        article = articles[number * 997 % len(articles)]
        product = write_one(article)
        began = time.monotonic()
        while not is_listed_both_ways(product, group_of, group_of[article["id"]]):
            if time.monotonic() - began > 60:
                break
            time.sleep(0.02)
        taken.setdefault(name, []).append((time.monotonic() - began, rebuild.is_running()))
        print(name, *taken[name][-1], flush=True)
    return taken


class Rebuild:
    """A build of all similar products by the site's worker."""

    def begin(self) -> None:
        from runs.services import AlreadyRunning, request_run
        from runs.tasks import work_on

        try:
            work_on.delay(request_run("similar").pk)
        except AlreadyRunning:  # an import of so many products asked for it
            return

    def is_running(self) -> bool:
        from runs.queries import active_runs

        return active_runs().filter(kind="similar").exists()


def write(folder: Path, articles: list[dict]) -> Path:
    """Write articles to a file of products."""
    path = folder / "products.csv"
    with path.open("w", newline="") as file:
        rows = [{**article, **article["attributes"]} for article in articles]
        writer = csv.DictWriter(file, [name for name in rows[0] if name != "attributes"])
        writer.writeheader()
        writer.writerows({k: v for k, v in row.items() if k != "attributes"} for row in rows)
    return path


def ways_in(folder: Path, articles: list[dict]) -> list[tuple[str, Callable[[dict], str]]]:
    """Return the three ways to write a product that is like an article; each returns its id."""
    from django.contrib.auth.models import User
    from django.test import Client

    from products.models import Product
    from products.services import import_products
    from segrec_site.keys import create_key

    numbers = count()
    key = create_key("freshness", "crm")[1]
    api = Client(headers={"Authorization": f"Api-Key {key}", "Host": "localhost"})
    staff = Client(headers={"Host": "localhost"})
    staff.force_login(User.objects.create_superuser("freshness"))

    def named(article: dict) -> dict:
        new = {"id": f"new{next(numbers)}", "item_group_id": "", "title": article["title"]}
        return article | new

    def by_api(article: dict) -> str:
        row = named(article)
        attributes = row.pop("attributes")
        answer = api.post("/api/v1/products/", json.dumps([row | attributes]), "application/json")
        assert answer.json()["accepted"] == 1, answer.content
        return row["id"]

    def by_import(article: dict) -> str:
        row = named(article)
        import_products(write(folder, [row]))
        return row["id"]

    def in_the_admin(article: dict) -> str:
        """Give another product, of another group, this article's name and category."""
        product = Product.objects.get(external_id=f"a{len(articles) - 1 - next(numbers):06}")
        told = {name: article[name] for name in ("title", "product_type", "price", "currency")}
        told |= {"availability": "in_stock", "visible": "on", "item_group_id": ""}
        answer = staff.post(f"/admin/products/product/{product.pk}/change/", told)
        assert answer.status_code == 302, answer.content
        return product.external_id

    return [("the API", by_api), ("the admin", in_the_admin), ("an import", by_import)]


def is_listed_both_ways(product: str, group_of: dict[str, str], group: str) -> bool:
    """Say whether one of this group is shown beside the product, and the product beside that."""
    from recommendations.services import serving
    from recommendations.wishes import Wishes

    def near(product_id: str) -> list[str]:
        wishes = Wishes(limit=40, min_score=0.0)
        answer = serving.similar_products(serving.find_situation(product_id), wishes)
        return [place.product.id for place in answer.places]

    return any(product in near(other) for other in near(product) if group_of.get(other) == group)


def publish(size: str, taken: dict[str, list[tuple[float, bool]]]) -> None:
    """Report the figures; fail where one is above what is promised."""
    report = Report(
        "freshness",
        "Similar products: freshness during a rebuild",
        f"make bench ONLY=freshness SIZE={size}",
        COLUMNS,
    )
    report.rows = [list(row) for row in rows(SIZES[size], taken)]
    report.broken = list(broken_promises(report.rows))
    report.publish()
    raise SystemExit(1 if report.broken else 0)


def broken_promises(rows: list[list]) -> Iterator[str]:
    """Name the ways in by which a product was too long in coming."""
    for who, *_, longest, _ in rows:
        if longest > MOST_SECONDS:
            yield f"written by {who}: {longest:.1f} s, promised {MOST_SECONDS:g}"


def rows(n_products: int, taken: dict[str, list[tuple[float, bool]]]) -> Iterator[tuple]:
    for name, writes in taken.items():
        seconds = sorted(one for one, _ in writes)
        during = sum(is_during for _, is_during in writes)
        middle = seconds[len(seconds) // 2]
        yield name, n_products, len(writes), during, middle, seconds[-1], f"≤ {MOST_SECONDS:g}"


if __name__ == "__main__":
    main()
