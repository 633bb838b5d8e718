"""Who the people named in files are: known customers, new ones, guests, the erased.

`staged_person` has one row a person: `person` (the id, or a guest's made from the e-mail),
`registered`, `email`, `guest` (the guest's id of that e-mail), `country`, `region`, `head` (the
line that named them first), and, found here, `customer_id` and `erased`.
"""

from collections.abc import Callable, Iterable

from customers.models import Customer, ErasedIdentity, Shop
from runs.copying import copy_rows, execute, fetch

PERSON = {
    "person": "text",
    "registered": "boolean",
    "email": "text",
    "guest": "text",
    "country": "text",
    "region": "text",
    "head": "int",
    "customer_id": "int",
    "erased": "boolean DEFAULT false",
}


def find_people(digests: Callable[[str, str], list[str]]) -> list[int]:
    """Find or make the customer of each staged person; return those whose orders changed hands.

    A guest is taken over by the first person of the same e-mail who has an id. `digests` gives
    what may be kept of an erased person's id and e-mail, the id's first.
    """
    _find_erased(digests)
    execute(
        "UPDATE staged_person AS s SET customer_id = c.id FROM customers_customer AS c"
        " WHERE s.registered AND s.customer_id IS NULL AND c.external_id = s.person"
    )
    joined = _take_over_guests()
    _add_people("registered")
    _find_guests()
    _add_people("NOT registered")
    return joined


def is_the_shops_key(mark: str) -> bool:
    """Say whether a key of this mark is the shop's; the first one is, from then on."""
    Shop.objects.filter(key_mark="").update(key_mark=mark)
    return not Shop.objects.exclude(key_mark=mark).exists()


def any_erased(digests: Iterable[str] = ()) -> bool:
    """Say whether one of the staged people was erased, or one of these identities."""
    if ErasedIdentity.objects.filter(digest__in=list(digests)).exists():
        return True
    return bool(fetch("SELECT 1 FROM staged_person WHERE erased LIMIT 1"))


def _find_erased(digests: Callable[[str, str], list[str]]) -> None:
    if not ErasedIdentity.objects.exists():
        return
    execute("DROP TABLE IF EXISTS staged_digest")
    execute("CREATE TEMP TABLE staged_digest (digest text, person text, place int)")
    # Who is known by an id was not erased, whoever else had that e-mail.
    people = fetch(
        "SELECT person, registered, coalesce(email, '') FROM staged_person AS s WHERE NOT EXISTS"
        " (SELECT FROM customers_customer AS c WHERE s.registered AND c.external_id = s.person)"
    )
    rows = [
        (digest, person, place)
        for person, registered, email in people
        for place, digest in enumerate(digests(person if registered else "", email))
    ]
    if rows:
        copy_rows("staged_digest", ["digest", "person", "place"], rows)
    execute(
        "UPDATE staged_person AS s SET customer_id = e.customer_id, erased = true FROM"
        " (SELECT DISTINCT ON (person) person, customer_id FROM staged_digest"
        " JOIN customers_erasedidentity USING (digest) ORDER BY person, place) AS e"
        " WHERE s.person = e.person"
    )


def _take_over_guests() -> list[int]:
    """Give the guest's customer to a new person, or the guest's orders to a known one."""
    execute("DROP TABLE IF EXISTS taken")
    execute(
        "CREATE TEMP TABLE taken AS"
        " SELECT DISTINCT ON (c.id) c.id AS guest_id, s.person, s.customer_id"
        " FROM staged_person AS s JOIN customers_customer AS c"
        " ON c.external_id = s.guest AND c.is_guest"
        " WHERE s.registered AND NOT s.erased ORDER BY c.id, s.head"
    )
    execute(
        "UPDATE customers_customer AS c SET external_id = t.person, is_guest = false,"
        " updated_at = clock_timestamp() FROM taken AS t"
        " WHERE c.id = t.guest_id AND t.customer_id IS NULL"
    )
    execute(
        "UPDATE staged_person AS s SET customer_id = t.guest_id FROM taken AS t"
        " WHERE s.person = t.person AND t.customer_id IS NULL"
    )
    execute(
        "UPDATE customers_order AS o SET customer_id = t.customer_id FROM taken AS t"
        " WHERE o.customer_id = t.guest_id AND t.customer_id IS NOT NULL"
    )
    merged = fetch("SELECT guest_id, customer_id FROM taken WHERE customer_id IS NOT NULL")
    _remove_guests([guest for guest, _ in merged])
    return [customer for pair in merged for customer in pair]


def _remove_guests(guest_ids: list[int]) -> None:
    """Delete guests that are somebody now; one with a segment history stays, without an e-mail."""
    guests = Customer.objects.filter(pk__in=guest_ids)
    guests.filter(memberships=None, moves=None).delete()
    guests.update(email="")


def _add_people(which: str) -> None:
    execute(
        "INSERT INTO customers_customer (external_id, is_guest, email, first_name, last_name,"
        " country, region, marketing_consent, profiling_opt_out, attributes, updated_at)"
        " SELECT person, NOT registered, coalesce(email, ''), '', '', coalesce(country, ''),"
        " coalesce(region, ''), false, false, '{}', clock_timestamp()"
        f" FROM staged_person WHERE customer_id IS NULL AND {which} ORDER BY head"
    )
    execute(
        "UPDATE staged_person AS s SET customer_id = c.id FROM customers_customer AS c"
        f" WHERE s.customer_id IS NULL AND {which} AND c.external_id = s.person"
    )


def _find_guests() -> None:
    """Find guests' customers: who took the e-mail over here, who has it, the guest as known."""
    execute(
        "UPDATE staged_person AS s SET customer_id = t.customer_id FROM"
        " (SELECT DISTINCT ON (guest) guest, customer_id FROM staged_person"
        " WHERE registered AND NOT erased AND guest IS NOT NULL ORDER BY guest, head) AS t"
        " WHERE NOT s.registered AND s.customer_id IS NULL AND t.guest = s.person"
    )
    execute(
        "UPDATE staged_person AS s SET customer_id = c.id FROM"
        " (SELECT DISTINCT ON (lower(email)) lower(email) AS email, id FROM customers_customer"
        " WHERE NOT is_guest AND email <> ''"
        " AND lower(email) IN (SELECT lower(email) FROM staged_person WHERE NOT registered)"
        " ORDER BY lower(email), id) AS c"
        " WHERE NOT s.registered AND s.customer_id IS NULL AND c.email = lower(s.email)"
    )
    execute(
        "UPDATE staged_person AS s SET customer_id = c.id FROM customers_customer AS c"
        " WHERE NOT s.registered AND s.customer_id IS NULL AND c.external_id = s.person"
    )


def fill_gaps() -> None:
    """Add what orders tell of customers who have none of it; what is known stays."""
    execute(
        "UPDATE customers_customer AS c SET"
        " email = coalesce(nullif(c.email, ''), s.email, ''),"
        " country = coalesce(nullif(c.country, ''), s.country, ''),"
        " region = coalesce(nullif(c.region, ''), s.region, ''), updated_at = clock_timestamp()"
        " FROM staged_person AS s WHERE c.id = s.customer_id AND NOT s.erased"
        " AND (c.email = '' AND s.registered AND s.email <> ''"
        " OR c.country = '' AND s.country <> '' OR c.region = '' AND s.region <> '')"
    )
