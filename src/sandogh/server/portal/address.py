"""The voter's internet address, as far as we can know it."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - a value for "not known", nothing is bound to it


def voter_address(request: HttpRequest) -> str:
    """The address that the outermost of our own proxies saw, in its shortest form; `0.0.0.0` when there is none to be read.

    Each proxy of ours adds one to the right of X-Forwarded-For. What stands further left was written by the visitor and proves nothing.
    """
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if settings.TRUSTED_PROXIES:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        if len(forwarded) >= settings.TRUSTED_PROXIES:
            seen = forwarded[-settings.TRUSTED_PROXIES].strip()
    try:
        address = ip_address(seen)
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)
