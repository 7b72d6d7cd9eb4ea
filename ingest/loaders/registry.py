"""The list of loaders, the surest first: the first that knows a file reads it."""

from __future__ import annotations

from functools import cache

from ingest.loaders.articles import ArticlesLoader
from ingest.loaders.catalogue import CatalogueCsvLoader, CatalogueJsonLoader, VariantsLoader
from ingest.loaders.customers import CustomersCsvLoader, CustomersJsonLoader
from ingest.loaders.documents import (
    DocxLoader,
    HtmlLoader,
    MarkdownLoader,
    PdfLoader,
    TextLoader,
)
from ingest.loaders.interactions import DialoguesLoader, InteractionsLoader
from ingest.loaders.mapped import MessagesCsvLoader, MessagesJsonLoader
from ingest.loaders.protocol import Loader
from ingest.loaders.trajectories import ChatsLoader, TrajectoriesLoader


@cache
def all_loaders() -> tuple[Loader, ...]:
    """Own formats, then the products', then what knows a file by its suffix alone."""
    return (
        InteractionsLoader(),
        DialoguesLoader(),
        ArticlesLoader(),
        TrajectoriesLoader(),
        ChatsLoader(),
        CatalogueCsvLoader(),
        CatalogueJsonLoader(),
        VariantsLoader(),
        CustomersJsonLoader(),
        CustomersCsvLoader(),
        MessagesCsvLoader(),
        MessagesJsonLoader(),
        MarkdownLoader(),
        HtmlLoader(),
        PdfLoader(),
        DocxLoader(),
        TextLoader(),
    )
