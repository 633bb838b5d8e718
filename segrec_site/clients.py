"""Where a request comes from, believing forwarding headers of trusted proxies only."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the nearest address that is not a trusted proxy's."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    addresses = [*forwarded, request.META.get("REMOTE_ADDR", "")]
    hops = [address.strip() for address in addresses if address.strip()]
    nearest_first = list(reversed(hops))
    outside = (address for address in nearest_first if not _is_trusted(address))
    return next(outside, nearest_first[-1] if nearest_first else "")


def is_on_this_machine(request: HttpRequest) -> bool:
    """Say whether the caller itself is here, not a proxy that speaks for someone else."""
    forwarded = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    return bool(address and address.is_loopback and not forwarded)


def is_from_a_proxy(request: HttpRequest) -> bool:
    """Say whether a trusted proxy hands the request on."""
    return _is_trusted(request.META.get("REMOTE_ADDR", ""))


def _is_trusted(address: str) -> bool:
    parsed = _parsed(address)
    return any(parsed in network for network in settings.TRUSTED_PROXIES) if parsed else False


def _parsed(address: str):
    try:
        return ip_address(address)
    except ValueError:
        return None
