"""Which network addresses may be fetched: a host is resolved once, judged, and pinned."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from ingest.sync.faults import BrokenAnswerError, UnsafeAddress

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
NAT64 = IPv6Network("64:ff9b::/96")
# Clouds serve credentials here; no helpdesk lives at these, whatever an operator allows.
METADATA = frozenset(
    map(ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"))
)
# 2130706433, 0x7f.1, 0177.0.0.1, 127.1: the C library reads them all as 127.0.0.1.
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+))*\.?", re.IGNORECASE)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system's resolver."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BrokenAnswerError(f"the host {host} has no address") from error
    return [str(entry[4][0]) for entry in found]


def pinned(
    host: str, port: int, *, private: Iterable[str] = (), resolver: Resolve = resolve
) -> str:
    """The one address to connect to. Raises UnsafeAddress.

    Every address the name has must be allowed: a name that answers with a public and an internal
    one is an attempt. `private` names hosts that the operator runs inside the own network.
    """
    if _NUMERIC.fullmatch(host) and not _is_plain(host):
        raise UnsafeAddress(f"The address {host!r} is written in a disguised form.")
    literal = _parse(host)
    found = [host] if literal else list(resolver(host, port))
    if not found:
        raise BrokenAnswerError(f"the host {host} has no address")
    is_allowed = host.lower() in {one.lower() for one in private}
    for one in found:
        address = _parse(one)
        if address is None or not _may(address, inside=is_allowed):
            raise UnsafeAddress(
                f"{host} leads to the internal address {one[:60]}. If this helpdesk runs in your "
                "own network, add its host to `allow_private_hosts` of the connector."
            )
    return found[0]


def _may(address: Address, *, inside: bool) -> bool:
    for one in _layers(address):
        if one in METADATA or one.is_link_local or one.is_unspecified or one.is_multicast:
            return False
        if isinstance(one, IPv4Address) and one.is_reserved:
            return False
        if not inside and not _is_public(one):
            return False
    return True


def _is_public(one: Address) -> bool:
    # NAT64 and mapped forms are judged by the address they carry, which comes next.
    if isinstance(one, IPv6Address) and (one in NAT64 or one.ipv4_mapped):
        return True
    return one.is_global and not one.is_reserved


def _layers(address: Address) -> list[Address]:
    """An address and every IPv4 address hidden in it."""
    if isinstance(address, IPv4Address):
        return [address]
    hidden: list[IPv4Address | None] = [address.ipv4_mapped, address.sixtofour]
    hidden += list(address.teredo or ())
    if address in NAT64 or int(address) >> 32 == 0:  # ::127.0.0.1, the old compatible form
        hidden.append(IPv4Address(int(address) & 0xFFFFFFFF))
    if int(address) == 1:
        hidden = [IPv4Address("127.0.0.1")]
    return [address, *(one for one in hidden if one is not None)]


def _is_plain(host: str) -> bool:
    return isinstance(_parse(host), IPv4Address)


def _parse(text: str) -> Address | None:
    try:
        return ip_address(text.partition("%")[0].strip("[]"))
    except ValueError:
        return None
