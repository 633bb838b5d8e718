"""Settings that are each possible but do not go together, or are hardly meant."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import DatabaseError

from customers.identities import key_mark
from customers.models import Shop

FEWEST_CHARACTERS = 16


@register("segrec")
def check_secrets(app_configs, **kwargs) -> list[CheckMessage]:
    """Find secrets that can be guessed."""
    return [
        Warning(
            f"{name} is shorter than {FEWEST_CHARACTERS} characters.",
            hint='Make one by python -c "import secrets; print(secrets.token_urlsafe(50))".',
            id="segrec.W001",
        )
        for name in ("METRICS_TOKEN", "ERASURE_KEY")
        if 0 < len(getattr(settings, name)) < FEWEST_CHARACTERS
    ]


@register("segrec")
def check_hosts(app_configs, **kwargs) -> list[CheckMessage]:
    """Find names and networks that let everybody in."""
    found = []
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Warning(
                "ALLOWED_HOSTS allows every name, so links can be made to lead elsewhere.",
                hint="Name the hosts this site is reached by.",
                id="segrec.W002",
            )
        )
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        found.append(
            Error(
                "TRUSTED_PROXIES trusts every address, so any caller may claim another's.",
                hint="Name the addresses of your proxies only.",
                id="segrec.E001",
            )
        )
    return found


@register("segrec", "database")
def check_currency(app_configs, databases=None, **kwargs) -> list[CheckMessage]:
    """Find a currency set after sums were made in another."""
    try:
        shop = Shop.objects.first() if databases and settings.SHOP_CURRENCY else None
    except DatabaseError:
        shop = None
    if shop is None or shop.currency == settings.SHOP_CURRENCY:
        return []
    return [
        Error(
            f"SHOP_CURRENCY is {settings.SHOP_CURRENCY}, but this shop's sums are in"
            f" {shop.currency} since its first import.",
            hint=f"Set it to {shop.currency}, or begin with an empty database.",
            id="segrec.E002",
        )
    ]


@register("segrec", "database")
def check_erasure_key(app_configs, databases=None, **kwargs) -> list[CheckMessage]:
    """Find a key under which guests and erased persons would not be recognised."""
    try:
        shop = Shop.objects.first() if databases else None
    except DatabaseError:
        shop = None
    if shop is None or shop.key_mark in ("", key_mark(settings.ERASURE_KEY)):
        return []
    return [
        Error(
            "ERASURE_KEY is not the one by which guests and erased persons of this shop are known.",
            hint="Set it to what it was; where it was not set, it was what SECRET_KEY was.",
            id="segrec.E003",
        )
    ]
