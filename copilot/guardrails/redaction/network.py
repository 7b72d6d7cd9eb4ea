"""E-mail addresses, IP addresses, and secrets inside links."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from copilot.guardrails.redaction import cues
from copilot.guardrails.redaction.span import Span

# Nobody's own address: a shop's replies name these, and a reply without them is of no use.
ROLES = frozenset(
    "info support sales help helpdesk service contact hello billing accounts returns orders team "
    "office admin noreply no-reply donotreply do-not-reply care customercare customerservice "
    "privacy security press jobs legal feedback newsletter marketing kontakt vertrieb".split()
)
_EMAIL = re.compile(
    r"(?<![\w.+%'-])[\w.+%'-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24}(?![\w@])"
)
_IPV4 = re.compile(r"(?<![\w.+-])(?<![A-Za-z]/)\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@:]{1,64}:[^\s/@]{1,128}(?=@)")
_TOKEN = re.compile(
    r"(?<=[?&;])(?:access_token|token|api_?key|key|secret|password|passwd|pwd|sig|signature|auth"
    r"|session(?:id)?|sid)=([^\s&#\"'<>\[]{6,512})",
    re.IGNORECASE,
)
SMALL_OCTET = 31  # four numbers no larger than this are more often a version than a host


def is_role_address(address: str) -> bool:
    """Whether an address belongs to a desk and identifies nobody."""
    return address.partition("@")[0].partition("+")[0].strip().lower() in ROLES


def emails(text: str, *, keep_roles: bool = False) -> Iterator[Span]:
    """Addresses; those of a desk may be kept."""
    if "@" not in text:
        return
    for match in _EMAIL.finditer(text):
        if not (keep_roles and is_role_address(match[0])):
            start = match.start() + len(match[0]) - len(match[0].lstrip("'"))
            yield Span(start, match.end(), "EMAIL")


def secrets(text: str) -> Iterator[Span]:
    """A password before a host and the values of telling parameters in links."""
    if "://" not in text:
        return
    for match in _CREDENTIALS.finditer(text):
        yield Span(match.start(), match.end(), "SECRET")
    for match in _TOKEN.finditer(text):
        yield Span(match.start(1), match.end(1), "SECRET")


def ips(text: str) -> Iterator[Span]:
    """Public hosts of both versions; private ranges, masks and version numbers are kept."""
    for match in _IPV4.finditer(text):
        if _is_public(match[0]) and not _is_version(text, match):
            yield Span(match.start(), match.end(), "IP")
    if text.count(":") < 2:
        return
    for match in _IPV6.finditer(text):
        if len(match[0]) >= 8 and _is_public(match[0]):
            yield Span(match.start(), match.end(), "IP")


def _is_public(written: str) -> bool:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    local = address.is_loopback or address.is_link_local or address.is_unspecified
    if isinstance(address, ipaddress.IPv6Address):
        return not (local or address.is_multicast)
    is_net = written.endswith(".0") or written.startswith("255.")
    return not (local or address.is_multicast or is_net or address in _HOME)


def _is_version(text: str, match: re.Match[str]) -> bool:
    window = cues.before(text, match.start())
    if cues.VERSION.search(window):
        return True
    return all(int(part) <= SMALL_OCTET for part in match[0].split(".")) and not cues.says(
        cues.IP, window
    )


class _Home:
    """The ranges of home and office networks: the same in every house, so nobody's own."""

    def __contains__(self, address: ipaddress.IPv4Address) -> bool:
        first, second = address.packed[0], address.packed[1]
        return first == 10 or (first, second) == (192, 168) or (first == 172 and 16 <= second < 32)


_HOME = _Home()
