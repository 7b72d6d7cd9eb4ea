"""Makes any string fit to be sent to a tokeniser or a server."""

from __future__ import annotations


def clean(text: str, max_chars: int) -> str:
    """Cut first, so that work stays bounded; then free of NUL and of lone surrogates."""
    cut = text[:max_chars].replace("\0", " ")
    try:
        cut.encode()
    except UnicodeEncodeError:
        return cut.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return cut
