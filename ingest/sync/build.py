"""Builds a connector from its file: fetcher, credentials, loader."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from copilot.connectors import PULLED, ConnectorFile
from copilot.db import TenantStore
from copilot.domain import Interaction
from copilot.errors import InvalidInput
from ingest.loaders.chatwoot import ChatwootLoader
from ingest.loaders.helpscout import HelpScoutLoader
from ingest.loaders.protocol import Loader, LoadOptions
from ingest.loaders.zendesk import ZendeskTicketsLoader
from ingest.sync.addresses import Resolve, resolve
from ingest.sync.chatwoot import Chatwoot
from ingest.sync.fetch import Bounds, Fetcher
from ingest.sync.helpscout import ClientCredentials, HelpScout
from ingest.sync.protocol import Connector, Reader, Stored, iso
from ingest.sync.rt import RequestTracker
from ingest.sync.rt_records import RtReader
from ingest.sync.wire import Authorises, Fixed, Wire
from ingest.sync.zendesk import Zendesk


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time and names, handed in so that tests need neither."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    resolver: Resolve = resolve
    bounds: Bounds = field(default_factory=Bounds)


def build_connector(
    file: ConnectorFile, store: TenantStore, around: Surroundings | None = None
) -> Connector:
    """The connector of a file. Raises ConfigError, UnsafeAddress, or InvalidInput."""
    if file.kind not in PULLED:
        raise InvalidInput(f"{file.name} ({file.kind}) is read by webhook only: nothing to sync.")
    around = around or Surroundings()
    fetcher = Fetcher(
        (file.base_url,), file.allow_private_hosts, around.bounds, around.resolver, around.clock
    )
    wire = Wire(
        fetcher,
        file.base_url,
        _credentials(file, fetcher, around),
        file.requests_per_minute,
        around.sleep,
        around.clock,
    )
    options = options_of(file)
    since = datetime.combine(file.since or date(1970, 1, 1), datetime.min.time(), UTC)
    epoch = int(since.timestamp())
    if file.kind == "zendesk":
        reader = _reader(ZendeskTicketsLoader(), file)
        return Zendesk(wire, reader, stored_in(store), epoch)
    if file.kind == "chatwoot":
        return Chatwoot(wire, _reader(ChatwootLoader(), file), file.account or 0, epoch)
    if file.kind == "helpscout":
        reader = _reader(HelpScoutLoader(), file)
        return HelpScout(wire, reader, file.api_version, iso(since))
    return RequestTracker(wire, RtReader(options, file.origin), iso(since))


def options_of(file: ConnectorFile) -> LoadOptions:
    """What the file declares for the loader."""
    return LoadOptions(
        roles=file.roles,
        agent_role=file.agent_role,
        id_prefix=file.prefix,
        base_url=file.base_url or None,
    )


def stored_in(store: TenantStore) -> Stored:
    """Looks up what we hold."""

    def look(source_id: str) -> Interaction | None:
        found = store.sources.get("interaction", source_id)
        return found if isinstance(found, Interaction) else None

    return look


def _reader(loader: Loader, file: ConnectorFile) -> Reader:
    return Reader(loader, options_of(file), file.origin)


def _credentials(file: ConnectorFile, fetcher: Fetcher, around: Surroundings) -> Authorises:
    if file.kind == "helpscout":
        return ClientCredentials(
            fetcher, file.base_url, file.client_id or "", file.api_secret, around.clock
        )
    if file.kind == "chatwoot":
        return Fixed({"api_access_token": file.api_token})
    if file.kind == "rt":
        return Fixed({"Authorization": f"token {file.api_token}"})
    if file.user:
        pair = base64.b64encode(f"{file.user}/token:{file.api_token}".encode()).decode()
        return Fixed({"Authorization": f"Basic {pair}"})
    return Fixed({"Authorization": f"Bearer {file.api_token}"})
