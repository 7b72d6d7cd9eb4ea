"""Takes the life out of links, images and markup that are not those of a cited source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from urllib.parse import SplitResult, urlsplit

_TRAILING = ".,;:!?'\")]}>*_"
_LABEL = 300
_HOST_OK = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10}")


def strip_links(text: str, allowed_urls: Iterable[str] = ()) -> str:
    """The text without HTML, images and Markdown links; an address stays only if allowed.

    Allowed is the very address of a cited source, with scheme http or https. Any other
    becomes words that no renderer makes a link of: "help.example.com" turns into
    "help[.]example[.]com".
    """
    allowed = frozenset(url for url in map(_canonical, allowed_urls) if url is not None)
    text = _without_markup(text)
    return _address().sub(lambda match: _kept_or_defused(match.group(), allowed), text)


def _without_markup(text: str) -> str:
    text = _definition().sub("", text)
    text = _image().sub(lambda match: match["label"].strip(), text)
    text = _link().sub(_label_and_target, text)
    text = _autolink().sub(lambda match: match["target"], text)
    text = _tag().sub("", _without_blocks(text))
    return text.replace("<", "‹").replace(">", "›") if _left_over(text) else text


def _without_blocks(text: str) -> str:
    """Without elements whose content is no text; one that is never closed loses its tag only."""
    lower, kept, at, unclosed = text.lower(), [], 0, set()
    for match in _block().finditer(text):
        if match.start() < at:
            continue
        closing = f"</{match['name'].lower()}" if match["name"] else "-->"
        close = -1 if closing in unclosed else lower.find(closing, match.end())
        if close < 0:
            unclosed.add(closing)
            continue
        end = text.find(">", close)
        kept.append(text[at : match.start()])
        at = end + 1 if end >= 0 else len(text)
    return "".join([*kept, text[at:]])


def _left_over(text: str) -> bool:
    return bool(_opening().search(text))


def _label_and_target(match: re.Match[str]) -> str:
    label, target = match["label"].strip(), (match["target"] or "").strip("<> ").split(" ")[0]
    if not target or label == target:
        return label or target
    return f"{label} ({target})" if label else target


def _kept_or_defused(found: str, allowed: frozenset[str]) -> str:
    address = found.rstrip(_TRAILING)
    tail = found[len(address) :]
    if _canonical(address) in allowed or _no_address().fullmatch(address):
        return address + tail
    return _defused(address) + tail


def _defused(address: str) -> str:
    scheme, colon, rest = address.partition(":")
    if colon and scheme.isalpha() and not rest[:1].isdigit():
        address = rest
    words = address.lstrip("/\\").replace("@", "[at]").replace("://", " ").replace("//", "/")
    return re.sub(r"\.(?=\S)", "[.]", words)


def _canonical(url: str) -> str | None:
    """An address in one form, or None where it is of no plain web form."""
    try:
        parts: SplitResult = urlsplit(url if "://" in url else f"https://{url}")
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    plain = _HOST_OK.fullmatch(host) and "xn--" not in host and parts.netloc.isascii()
    odd = parts.username is not None or "@" in parts.netloc or "\\" in url
    if not plain or odd or parts.scheme not in {"http", "https"}:
        return None
    shown_port = f":{port}" if port not in {None, 80, 443} else ""
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    path = parts.path if parts.path not in {"", "/"} else ""
    return f"{host}{shown_port}{path.rstrip('/')}{query}{fragment}"


def _lazy(pattern: str, flags: int = 0) -> Callable[[], re.Pattern[str]]:
    return cache(lambda: re.compile(pattern, flags))


# Bounded repeats keep every search linear, whatever is sent.
_definition = _lazy(rf"^[ ]{{0,3}}\[[^\]\n]{{1,{_LABEL}}}\]:[ \t]*\S+.*$", re.MULTILINE)
_image = _lazy(
    rf"!\[(?P<label>[^\]\n]{{0,{_LABEL}}})\](?:\([^)\n]{{0,2000}}\)|\[[^\]\n]{{0,300}}\])?"
)
_link = _lazy(
    rf"\[(?P<label>[^\[\]\n]{{0,{_LABEL}}})\](?:\((?P<target>[^)\n]{{0,2000}})\)|\[[^\]\n]{{1,300}}\])"
)
_autolink = _lazy(
    r"<(?P<target>[a-zA-Z][a-zA-Z0-9+.-]{0,30}:[^<>\s]{0,2000}|[^<>\s@]{1,64}@[^<>\s]{1,255})>"
)
_block = _lazy(
    r"<(?:(?P<name>script|style|iframe|object|svg|math|template|noscript)\b|!--)", re.IGNORECASE
)
_tag = _lazy(r"</?[a-zA-Z!?][^<>]{0,4000}>")
# "me.Please": a blank was forgotten; "notes.txt": a file.
_no_address = _lazy(r"[\w-]+\.(?:[A-Z][a-z]+|txt|pdf|docx?|xlsx?|csv|png|jpe?g|json|log|exe)")
_opening = _lazy(r"<[a-zA-Z/!?]")
_address = _lazy(
    r"(?:\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}:[/\\]{1,4}|(?<![\w/:\\])[/\\]{2})[^\s<>\"]{1,2000}"
    r"|\b(?:javascript|data|vbscript|mailto|tel|sms|file|blob):[^\s<>\"]{1,2000}"
    r"|(?<![\w.@-])(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}"
    r"(?:[a-zA-Z]{2,24}|xn--[\w-]{1,59}|[^\W\d_]{2,24})(?::\d{1,5})?"
    r"(?:@[^\s<>\"]{1,255})?(?:[/?#][^\s<>\"]{0,2000})?(?![\w.-]*@)",
    re.IGNORECASE,
)
