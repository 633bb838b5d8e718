"""API keys: made, shown once, found again by their public half, revoked."""

import hashlib
import hmac
import secrets
import string
from datetime import datetime

from django.utils import timezone

from segrec_site.models import ApiKey

PREFIXES = {ApiKey.Kind.STOREFRONT: "pk", ApiKey.Kind.CRM: "sk"}
ALPHABET = string.ascii_letters + string.digits
PREFIX_LENGTH, SECRET_LENGTH = 8, 32


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
    prefix, _, secret = text.rpartition("_")
    if "\0" in prefix:
        return None
    key = ApiKey.objects.filter(prefix=prefix, revoked_at=None).first()
    if key is None or not hmac.compare_digest(key.digest, _digest(secret)):
        return None
    return None if key.expires_at and key.expires_at <= timezone.now() else key


def revoke_keys(keys) -> int:
    """End these keys now; return how many were not ended before."""
    return keys.filter(revoked_at=None).update(revoked_at=timezone.now())


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _digest(secret: str) -> str:
    # A long random secret needs no slow hash; every request pays for this one.
    return hashlib.sha512(secret.encode()).hexdigest()
