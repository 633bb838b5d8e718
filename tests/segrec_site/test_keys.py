"""API keys: made, shown once, found again."""

import json
import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from segrec_site.keys import create_key, find_key
from segrec_site.models import ApiKey
from tests.api import Caller

pytestmark = pytest.mark.django_db


def made(capsys, *options: str) -> str:
    call_command("create_api_key", "Shop", *options, "--json")
    return json.loads(capsys.readouterr().out.splitlines()[-1])["key"]


@pytest.mark.parametrize(("kind", "start"), [("storefront", "pk_"), ("crm", "sk_")])
def test_a_keys_kind_is_seen_in_its_first_letters(kind, start):
    _, text = create_key("Shop", kind)

    assert re.fullmatch(start + "[A-Za-z0-9]{8}_[A-Za-z0-9]{32}", text)


def test_only_a_hash_of_the_secret_is_kept():
    key, text = create_key("Shop", "crm")
    secret = text.rpartition("_")[2]

    stored = ApiKey.objects.filter(pk=key.pk).values().get()

    assert secret not in str(stored)
    assert find_key(text) == key


@pytest.mark.parametrize("origin", ["shop.example", "https://shop.example/page", "null", "*", ""])
def test_what_is_no_origin_is_refused(origin):
    with pytest.raises(ValidationError, match="origin"):
        create_key("Shop", "storefront", origins=[origin])


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("HTTPS://Shop.Example:8443/", "https://shop.example:8443"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://shop.example:80/", "http://shop.example"),
        ("http://shop.example:443", "http://shop.example:443"),
        ("https://Müller.example:8443", "https://xn--mller-kva.example:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_origins_are_kept_as_browsers_send_them(written, sent):
    key, _ = create_key("Shop", "storefront", origins=[written])

    assert key.origins == [sent]


def test_a_key_made_by_command_serves(capsys):
    assert Caller(made(capsys, "--kind", "storefront")).get("/products/").status_code == 200


def test_the_commands_options_are_kept(capsys):
    tomorrow = timezone.now().date() + timedelta(days=1)
    site = "https://shop.example"

    text = made(
        capsys, "--kind=storefront", "--read-only", f"--origin={site}", f"--expires={tomorrow}"
    )

    key = find_key(text)
    assert (key.name, key.kind, key.read_only, key.origins) == ("Shop", "storefront", True, [site])
    assert key.expires_at.date() == tomorrow + timedelta(days=1)


def test_a_key_serves_on_the_day_it_expires(capsys):
    assert find_key(made(capsys, "--kind=crm", f"--expires={date.today()}"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--kind=boss"], "invalid choice"),
        ([], "--kind"),
        (["--kind=crm", "--expires=soon"], "no date"),
        (["--kind=crm", "--expires=2001-01-01"], "is over"),
        (["--kind=crm", "--origin=https://shop.example"], "no origins"),
        (["--kind=storefront", "--origin=shop"], "no origin"),
    ],
)
def test_wrong_options_are_said_and_no_key_is_made(options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("create_api_key", "Shop", *options)

    assert not ApiKey.objects.exists()
