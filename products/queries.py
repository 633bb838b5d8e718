"""SQL of the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from products.models import Product
from runs import stamps
from runs.copying import execute, fetch, fetch_prepared
from runs.stamps import Seen

# A run is stale when a later one did not come to be published. What became of each later one is
# told, as in "7 12hd", so that no state ever comes back.
_STATE = """
    SELECT concat_ws(' ', coalesce(max(state.version), 0), string_agg(
        run.id || coalesce((
            SELECT string_agg(left(later.status, 1), '' ORDER BY later.id) FROM runs_run AS later
            WHERE later.kind = run.kind AND later.id > run.id
                AND later.status IN ('held', 'refused', 'failed', 'discarded')), ''),
        ' ' ORDER BY run.id))
    FROM (VALUES (1)) AS one
    LEFT JOIN products_cataloguestate AS state ON true
    LEFT JOIN runs_run AS run ON run.status = 'published'"""


def products_on_sale() -> QuerySet[Product]:
    """Products that shoppers may be shown, sold out or not."""
    return Product.objects.filter(visible=True, deleted_at=None)


def product_by_external_id(external_id: str) -> QuerySet[Product]:
    """The product of this id, whatever its case, if it is not deleted."""
    return Product.objects.alias(folded_id=Lower("external_id")).filter(
        folded_id=_folded(external_id), deleted_at=None
    )


def in_category(products: QuerySet[Product], path: str) -> QuerySet[Product]:
    """Those in this category or below it, whatever its case."""
    path = " > ".join(step.strip() for step in path.split(">"))
    found = products.alias(folded_type=Lower("product_type"))
    below = found.filter(folded_type__startswith=_folded(f"{path} > "))
    return found.filter(folded_type=_folded(path)) | below


def of_brand(products: QuerySet[Product], brand: str) -> QuerySet[Product]:
    """Those of this brand, whatever its case."""
    return products.alias(folded_brand=Lower("brand")).filter(folded_brand=_folded(brand))


def _folded(text: str) -> Lower:
    """Fold as the database does; Python has other rules for some letters, such as İ and Σ."""
    return Lower(Value(text))


def catalogue_state(seen: Seen) -> str:
    """What answers about products follow from: the catalogue's version, and which runs are shown.

    Without asking the database where a stamp that was seen tells it.
    """
    if told := seen.stamps.get(stamps.LISTS):
        return told
    ((state,),) = fetch_prepared(_STATE)
    seen.keep(stamps.LISTS, state)
    return state


def bump_catalogue_version() -> None:
    """Raise the number; last thing in a writing transaction, since others wait for its row."""
    with transaction.atomic(savepoint=False):
        stamps.changing(stamps.LISTS)
        execute(
            "INSERT INTO products_cataloguestate AS state (id, version) VALUES (1, 1)"
            " ON CONFLICT (id) DO UPDATE SET version = state.version + 1"
        )


# --- Written by sets. `staged_product` holds checked rows: their line, the id, and as JSON the
# columns they gave; a column that is not given leaves the value.

STAGED_PRODUCT = {"line": "int", "id": "text", "given": "jsonb"}
_TEXTS = ("title", "description", "product_type", "brand", "currency", "availability", "link")
_TEXTS += ("image_link", "item_group_id", "gtin")
_DEFAULTS = {"availability": "in_stock"}
_KEPT = (*_TEXTS, "price", "visible", "named_only", "attributes", "category_id")
_WRITTEN = f"""
    SELECT ranked.id AS external_id, p.id AS product_id, p.category_id AS old_category_id,
        {
    ", ".join(
        f"CASE WHEN given ? '{name}' THEN given->>'{name}'"
        f" ELSE coalesce(p.{name}, '{_DEFAULTS.get(name, '')}') END AS {name}"
        for name in _TEXTS
    )
},
        CASE WHEN given ? 'price' THEN (given->>'price')::numeric ELSE p.price END AS price,
        CASE WHEN given ? 'visible' THEN (given->>'visible')::boolean
            ELSE p.id IS NULL OR p.visible OR p.named_only END AS visible,
        false AS named_only,
        jsonb_strip_nulls(coalesce(p.attributes, '{{}}')
            || coalesce(given->'attributes', '{{}}')) AS attributes,
        CASE WHEN given ? 'product_type' THEN c.id ELSE p.category_id END AS category_id
    FROM (SELECT given, first_value(id) OVER (PARTITION BY lower(id) ORDER BY line) AS id,
            row_number() OVER (PARTITION BY lower(id) ORDER BY line DESC) AS from_last
        FROM staged_product WHERE given IS NOT NULL) AS ranked
    LEFT JOIN products_product AS p ON lower(p.external_id) = lower(ranked.id)
    LEFT JOIN products_category AS c
        ON lower(c.name) = lower(btrim(split_part(given->>'product_type', '>', 1)))
    WHERE from_last = 1"""


@dataclass(frozen=True)
class ProductChanges:
    """What became of staged products; `moved` are those now in another top category."""

    created: list[int]
    updated: list[int]
    unchanged: int
    repeated: int
    moved: list[int]


def upsert_staged_products() -> ProductChanges:
    """Write the staged rows; of rows with one id the last counts, under the first's spelling."""
    add_categories("SELECT given->>'product_type' FROM staged_product")
    execute(f"DROP TABLE IF EXISTS written; CREATE TEMP TABLE written AS {_WRITTEN}")
    names = ", ".join(_KEPT)
    new_values = ", ".join(f"{name} = w.{name}" for name in _KEPT)
    was, becomes = (", ".join(f"{row}.{name}" for name in _KEPT) for row in "pw")
    updated = fetch(
        f"UPDATE products_product AS p"
        f" SET {new_values}, deleted_at = NULL, updated_at = clock_timestamp()"
        " FROM written AS w WHERE p.id = w.product_id AND (p.deleted_at IS NOT NULL OR"
        f" ({was}) IS DISTINCT FROM ({becomes}))"
        " RETURNING p.id, p.category_id IS DISTINCT FROM w.old_category_id"
    )
    created = fetch(
        f"INSERT INTO products_product (external_id, {names}, created_at, updated_at)"
        f" SELECT external_id, {names}, clock_timestamp(), clock_timestamp()"
        " FROM written WHERE product_id IS NULL RETURNING id"
    )
    staged, written = fetch(
        "SELECT (SELECT count(given) FROM staged_product), (SELECT count(*) FROM written)"
    )[0]
    execute("DROP TABLE written")
    return ProductChanges(
        created=[product_id for (product_id,) in created],
        updated=[product_id for product_id, _ in updated],
        unchanged=written - len(created) - len(updated),
        repeated=staged - written,
        moved=[product_id for product_id, moved in updated if moved],
    )


def add_named_products() -> tuple[list[int], list[int]]:
    """Make the products of `staged_name` that are not there; return newly described and new ones.

    It has one row a product: id, title, product_type, brand, price and currency. One without a
    title is hidden, with its id for one, until a row of orders or of products tells it.
    """
    add_categories("SELECT product_type FROM staged_name")
    category = "LEFT JOIN products_category AS c"
    category += " ON lower(c.name) = lower(btrim(split_part(s.product_type, '>', 1)))"
    described = fetch(
        "UPDATE products_product AS p SET title = s.title, product_type = s.product_type,"
        " category_id = c.id, brand = s.brand, price = s.price, currency = s.currency,"
        " visible = true, named_only = false, updated_at = clock_timestamp()"
        f" FROM staged_name AS s {category}"
        " WHERE lower(p.external_id) = lower(s.id) AND s.title <> '' AND p.named_only"
        " RETURNING p.id"
    )
    created = fetch(
        "INSERT INTO products_product (external_id, title, product_type, category_id, brand, price,"
        " currency, visible, named_only, availability, description, link, image_link,"
        " item_group_id, gtin, attributes, created_at, updated_at)"
        " SELECT s.id, coalesce(nullif(s.title, ''), s.id), s.product_type, c.id, s.brand, s.price,"
        " s.currency, s.title <> '', s.title = '', 'in_stock', '', '', '', '', '', '{}',"
        f" clock_timestamp(), clock_timestamp() FROM staged_name AS s {category} WHERE NOT EXISTS ("
        " SELECT 1 FROM products_product AS p WHERE lower(p.external_id) = lower(s.id))"
        " RETURNING id"
    )
    return [product for (product,) in described], [product for (product,) in created]


def take_off_sale_others(but: Sequence[str]) -> list[int]:
    """Take off sale what neither the staged rows nor these ids name."""
    found = fetch(
        "UPDATE products_product SET deleted_at = clock_timestamp(), updated_at = clock_timestamp()"
        " WHERE deleted_at IS NULL"
        " AND lower(external_id) NOT IN (SELECT lower(id) FROM staged_product)"
        " AND lower(external_id) NOT IN (SELECT lower(id) FROM unnest(%s::text[]) AS kept (id))"
        " RETURNING id",
        [list(but)],
    )
    return [product_id for (product_id,) in found]


def take_off_sale(external_ids: Sequence[str]) -> list[int]:
    """Take products off sale; return those that were on it."""
    found = fetch(
        "UPDATE products_product SET deleted_at = clock_timestamp(), updated_at = clock_timestamp()"
        " WHERE deleted_at IS NULL"
        " AND lower(external_id) IN (SELECT lower(id) FROM unnest(%s::text[]) AS asked (id))"
        " RETURNING id",
        [list(external_ids)],
    )
    return [product_id for (product_id,) in found]


def add_categories(paths: str) -> None:
    """Make the top categories of a query of category paths that are not there yet."""
    execute(
        "INSERT INTO products_category (name) SELECT DISTINCT ON (lower(name)) name"
        f" FROM (SELECT left(btrim(split_part(path, '>', 1)), 200) FROM ({paths}) AS p (path))"
        " AS found (name)"
        " WHERE name <> '' AND lower(name) NOT IN (SELECT lower(name) FROM products_category)"
        " ORDER BY lower(name), name ON CONFLICT DO NOTHING"
    )
