"""Proves that a webhook delivery is the helpdesk's own: raw bytes, constant time, five minutes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from copilot.connectors import ConnectorFile, WebhookFile
from copilot.errors import Unauthenticated

WINDOW_S = 300.0
Headers = Mapping[str, str]  # lower-case names


@dataclass(frozen=True, slots=True)
class Signed:
    """What a header claims: the signature we must reach, over these bytes, at this time."""

    claimed: str
    expected: str
    signed: bytes
    at: float | None = None  # None: this product signs no time


Reads = Callable[[Headers, bytes, bytes], Signed | None]


def verify(
    file: ConnectorFile, headers: Headers, body: bytes, *, path_secret: str, now: float
) -> str:
    """The digest of what was signed, by which a replay is known. Raises Unauthenticated.

    Only signed bytes count towards the digest: a delivery id that is not signed could be changed.
    """
    hook = file.webhook
    if hook is None:
        raise Unauthenticated("This connector takes no webhooks: its file has no [webhook].")
    if hook.verify != "required" or hook.path_key:
        _right_path(hook, path_secret)
    claim = READS[file.kind](headers, body, hook.key) if hook.verify != "off" else None
    if claim is None:
        if hook.verify == "required":
            raise Unauthenticated("The delivery is not signed. Set the same secret on both sides.")
        return hashlib.sha256(body).hexdigest()
    if not hmac.compare_digest(claim.claimed.encode(), claim.expected.encode()):
        raise Unauthenticated("The signature does not fit the body and our secret.")
    if claim.at is not None and abs(now - claim.at) > WINDOW_S:
        raise Unauthenticated("The delivery is older than five minutes, or a clock is wrong.")
    return hashlib.sha256(claim.signed).hexdigest()


def _right_path(hook: WebhookFile, given: str) -> None:
    if not hook.path_key or not hmac.compare_digest(hook.path_key.encode(), given.encode()):
        raise Unauthenticated("The secret end of this address is missing or wrong.")


def _zendesk(headers: Headers, body: bytes, key: bytes) -> Signed | None:
    claimed = headers.get("x-zendesk-webhook-signature")
    stamp = headers.get("x-zendesk-webhook-signature-timestamp", "")
    if claimed is None:
        return None
    signed = stamp.encode() + body
    return Signed(claimed, _base64(key, signed, "sha256"), signed, _moment(stamp))


def _chatwoot(headers: Headers, body: bytes, key: bytes) -> Signed | None:
    claimed = headers.get("x-chatwoot-signature")
    stamp = headers.get("x-chatwoot-timestamp", "")
    if claimed is None:
        return None
    signed = stamp.encode() + b"." + body
    return Signed(claimed, f"sha256={_hex(key, signed, 'sha256')}", signed, _moment(stamp))


def _helpscout(headers: Headers, body: bytes, key: bytes) -> Signed | None:
    claimed = headers.get("x-helpscout-signature")
    return Signed(claimed, _base64(key, body, "sha1"), body) if claimed is not None else None


def _intercom(headers: Headers, body: bytes, key: bytes) -> Signed | None:
    claimed = headers.get("x-hub-signature")
    return Signed(claimed, f"sha1={_hex(key, body, 'sha1')}", body) if claimed is not None else None


def _front(headers: Headers, body: bytes, key: bytes) -> Signed | None:
    claimed = headers.get("x-front-signature")
    stamp = headers.get("x-front-request-timestamp", "")
    if claimed is None:
        return None
    signed = stamp.encode() + b":" + body
    return Signed(claimed, _base64(key, signed, "sha256"), signed, _moment(stamp))


def _ours(headers: Headers, body: bytes, key: bytes) -> Signed | None:
    """Request Tracker signs nothing itself; a scrip of ours signs as Chatwoot does."""
    renamed = {
        "x-chatwoot-signature": headers.get("x-continuum-signature"),
        "x-chatwoot-timestamp": headers.get("x-continuum-timestamp", ""),
    }
    return _chatwoot({k: v for k, v in renamed.items() if v is not None}, body, key)


READS: Mapping[str, Reads] = {
    "zendesk": _zendesk,
    "chatwoot": _chatwoot,
    "helpscout": _helpscout,
    "intercom": _intercom,
    "front": _front,
    "rt": _ours,
}


def _hex(key: bytes, signed: bytes, method: str) -> str:
    return hmac.new(key, signed, method).hexdigest()


def _base64(key: bytes, signed: bytes, method: str) -> str:
    return base64.b64encode(hmac.new(key, signed, method).digest()).decode()


def _moment(stamp: str) -> float:
    """Seconds since 1970 of a stamp in seconds, milliseconds or ISO 8601; 0 where unreadable."""
    if stamp.isascii() and stamp.isdigit() and len(stamp) <= 14:
        number = int(stamp)
        return number / 1_000 if number > 100_000_000_000 else float(number)
    try:
        moment = datetime.fromisoformat(stamp)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return 0.0  # long past: refused by the window
