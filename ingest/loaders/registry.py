"""The list of loaders, the surest first: the first that knows a file reads it."""

from __future__ import annotations

from functools import cache

from ingest.loaders.articles import ArticlesLoader
from ingest.loaders.calls import TranscribeLoader, WebVttLoader
from ingest.loaders.catalogue import CatalogueCsvLoader, CatalogueJsonLoader, VariantsLoader
from ingest.loaders.chatwoot import ChatwootLoader
from ingest.loaders.crm_hubspot import HubSpotContactsLoader
from ingest.loaders.customers import CustomersCsvLoader, CustomersJsonLoader
from ingest.loaders.documents import (
    DocxLoader,
    HtmlLoader,
    MarkdownLoader,
    PdfLoader,
    TextLoader,
)
from ingest.loaders.freshdesk import FreshdeskArticlesLoader, FreshdeskLoader
from ingest.loaders.front import FrontLoader
from ingest.loaders.gorgias import GorgiasLoader
from ingest.loaders.helpscout import HelpScoutLoader
from ingest.loaders.hubspot import HubSpotThreadsLoader
from ingest.loaders.interactions import DialoguesLoader, InteractionsLoader
from ingest.loaders.intercom import IntercomArticlesLoader, IntercomConversationsLoader
from ingest.loaders.mail import EmlLoader, MaildirLoader, MboxLoader
from ingest.loaders.mapped import MessagesCsvLoader, MessagesJsonLoader
from ingest.loaders.merchant import MerchantRssLoader, MerchantTsvLoader
from ingest.loaders.protocol import Loader
from ingest.loaders.salesforce import SalesforceLoader
from ingest.loaders.shopify import ShopifyCsvLoader, ShopifyJsonLoader
from ingest.loaders.slack import SlackLoader
from ingest.loaders.stripe import StripeLoader
from ingest.loaders.trajectories import ChatsLoader, TrajectoriesLoader
from ingest.loaders.whatsapp import WhatsAppLoader
from ingest.loaders.zendesk import (
    ZendeskArticlesLoader,
    ZendeskEventsLoader,
    ZendeskTicketsLoader,
)


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
        ZendeskTicketsLoader(),
        ZendeskEventsLoader(),
        ZendeskArticlesLoader(),
        IntercomConversationsLoader(),
        IntercomArticlesLoader(),
        ChatwootLoader(),
        FreshdeskLoader(),
        FreshdeskArticlesLoader(),
        HelpScoutLoader(),
        FrontLoader(),
        GorgiasLoader(),
        HubSpotThreadsLoader(),
        MboxLoader(),
        MaildirLoader(),
        EmlLoader(),
        WebVttLoader(),
        TranscribeLoader(),
        SlackLoader(),
        WhatsAppLoader(),
        ShopifyCsvLoader(),
        ShopifyJsonLoader(),
        MerchantTsvLoader(),
        MerchantRssLoader(),
        StripeLoader(),
        HubSpotContactsLoader(),
        SalesforceLoader(),
        MessagesCsvLoader(),
        MessagesJsonLoader(),
        MarkdownLoader(),
        HtmlLoader(),
        PdfLoader(),
        DocxLoader(),
        TextLoader(),
    )
