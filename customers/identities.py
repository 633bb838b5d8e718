"""Keyed hashes that stand for a person: a guest's id, and what is kept of an erased identity."""

import hashlib
import hmac


def guest_id(email: str, key: str) -> str:
    """Return the id of a guest, made from the e-mail; equal for equal addresses, whatever case.

    >>> guest_id("Ada@Example.org", "k") == guest_id(" ada@example.org", "k")
    True
    """
    return "guest-" + _digest("guest", email.strip().lower(), key)[:32]


def id_digest(external_id: str, key: str) -> str:
    """Return what is kept of an erased customer's id."""
    return _digest("id", external_id, key)


def email_digest(email: str, key: str) -> str:
    """Return what is kept of an erased customer's e-mail."""
    return _digest("email", email.strip().lower(), key)


def key_mark(key: str) -> str:
    """Return what tells this key from another, and nothing more.

    >>> key_mark("k") == key_mark("K")
    False
    """
    return _digest("mark", "", key)[:16]


def _digest(kind: str, text: str, key: str) -> str:
    return hmac.new(key.encode(), f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()
