"""API keys: made, shown once, found again by their public half, revoked."""

import hashlib
import hmac
import secrets
import string
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from runs import stamps
from segrec_site.models import ApiKey

PREFIXES = {ApiKey.Kind.STOREFRONT: "pk", ApiKey.Kind.CRM: "sk"}
ALPHABET = string.ascii_letters + string.digits
PREFIX_LENGTH, SECRET_LENGTH = 8, 32
MOST_REMEMBERED = 1000

# Keys this process has read, by prefix, each with the stamp under which that is true.
_remembered: dict[str, tuple[str, ApiKey]] = {}


def create_key(
    name: str,
    kind: str,
    *,
    read_only: bool = False,
    origins: list[str] | tuple[str, ...] = (),
    expires_at: datetime | None = None,
    created_by=None,
) -> tuple[ApiKey, str]:
    """Make a key; return it and its text, which is kept nowhere and cannot be shown again."""
    key = ApiKey(
        name=name,
        kind=kind,
        read_only=read_only,
        origins=list(origins),
        expires_at=expires_at,
        created_by=created_by,
    )
    return key, give_secret(key)


def give_secret(key: ApiKey) -> str:
    """Save a new key with a fresh secret; return the key's text."""
    key.prefix = f"{PREFIXES[key.kind]}_{_random(PREFIX_LENGTH)}"
    secret = _random(SECRET_LENGTH)
    key.digest = _digest(secret)
    key.full_clean()
    key.save()
    return f"{key.prefix}_{secret}"


def find_key(text: str) -> ApiKey | None:
    """Return the key of this text if it may still be used."""
    prefix, _, _ = text.rpartition("_")
    if "\0" in prefix:
        return None
    return _usable(ApiKey.objects.filter(prefix=prefix, revoked_at=None).first(), text)


def remember(key: ApiKey, stamp: str) -> None:
    """Keep a key in this process for as long as this stamp stands."""
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[key.prefix] = (stamp, key)


def remembered(text: str) -> tuple[str, ApiKey | None]:
    """Return the key of this text as this process knows it, and the stamp that must stand."""
    stamp, key = _remembered.get(text.rpartition("_")[0], ("", None))
    return stamp, _usable(key, text)


def revoke_keys(keys) -> int:
    """End these keys now; return how many were not ended before."""
    with transaction.atomic():
        stamps.changing(stamps.KEYS)
        return keys.filter(revoked_at=None).update(revoked_at=timezone.now())


def _usable(key: ApiKey | None, text: str) -> ApiKey | None:
    """Return the key if the text's secret is its own and its time is not over."""
    secret = text.rpartition("_")[2]
    if key is None or not hmac.compare_digest(key.digest, _digest(secret)):
        return None
    return None if key.expires_at and key.expires_at <= timezone.now() else key


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _digest(secret: str) -> str:
    # A long random secret needs no slow hash; every request pays for this one.
    return hashlib.sha512(secret.encode()).hexdigest()
