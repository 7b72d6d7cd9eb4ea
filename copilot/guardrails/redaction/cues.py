"""The words beside a number that say what it is."""

from __future__ import annotations

import re

WINDOW = 48

# A number that follows one of these is a reference of the business, not of a person.
REFERENCE = re.compile(
    r"\b(?:orders?|tickets?|cases?|invoices?|receipts?|tracking|parcels?|shipments?|consignments?"
    r"|packages?|delivery note|waybill|sku|parts?|items?|articles?|products?|serials?|s/n|imei"
    r"|models?|versions?|firmware|software|drivers?|release|builds?|ref(?:erences?)?|rma|returns?"
    r"|po|purchase|accounts?|policy|booking|reservation|contract|customer (?:no|number|id)|batch"
    r"|lot|errors?|code|id|transactions?|confirmation|barcode|ean|gtin|upc|isbn|licen[cs]e key"
    r"|quote|credit note|subscription|device|asset|meter|vin|bestell\w*|rechnung\w*|sendung\w*"
    r"|auftrag\w*|vorgang\w*|serien\w*|artikel\w*|commande|facture|pedido|factura|ordine|fattura"
    r"|bestelling|factuur)\b|#(?=\s*\S)",
    re.IGNORECASE,
)
PHONE = re.compile(
    r"\b(?:tele?phones?|phones?|tel|mobile|cell(?:phone)?|fax|landline|hotline|voice ?mail"
    r"|whatsapp|sms|call(?:s|ed|ing)?|ring|reach|dial|text(?:s|ed)?|texting|messages to"
    r"|answer(?:ing|s)?|contact|registered|(?:my|his|her|our) (?:new |own |direct |daytime )?number"
    r"|telefon\w*|handy\w*|mobil\w*|rufnummer|anrufen|erreich\w*|ruf\w* (?:mich|uns)|t[ée]l"
    r"|t[ée]l[ée]phone|portable|appel\w*|tel[ée]fono|m[óo]vil|ll[áa]m\w*|cellulare|telefoon\w*)"
    r"\b|\bdesk:|\boffice:|\bhome:|\bwork:|\bdirect:|☎|📞",
    re.IGNORECASE,
)
PHONE_BEHIND = re.compile(
    r"\s{0,2}[-–(,]?\s?(?:office|fax|mobile|cell|home|work|desk|direct|landline)\b", re.IGNORECASE
)
CARD = re.compile(
    r"\b(?:cards?|credit|debit|visa|master ?card|amex|american express|maestro|cc|kreditkarte\w*"
    r"|karte\w*|carte|tarjeta|carta)\b",
    re.IGNORECASE,
)
IP = re.compile(r"\b(?:ip(?:v[46])?|address(?:es)?|hosts?|client|logins?|from|adresse)\b|//", re.I)
VERSION = re.compile(
    r"\b(?:v|ver|versions?|firmware|fw|software|sw|releases?|builds?|rev(?:ision)?|drivers?|updates?"
    r"|updated|upgraded?|patch|bios|app|plugin|sdk|api|section|chapter|clause|ios|android|chrome)\b"
    r"[^.!?]{0,24}$|\bv\.?$",
    re.IGNORECASE,
)


def before(text: str, start: int, width: int = WINDOW) -> str:
    """What stands before a place in its line; in an empty line, the line above (a label)."""
    window = text[max(0, start - width) : start]
    line = window.rpartition("\n")[2]
    return line if line.strip() else window.rstrip().rpartition("\n")[2]


def says(pattern: re.Pattern[str], window: str, against: re.Pattern[str] = REFERENCE) -> bool:
    """Whether the pattern's word stands nearer to the number than any word against it."""
    return _last(pattern, window) > _last(against, window)


def is_reference(window: str) -> bool:
    """Whether the words before a number call it a reference, and no person's phone."""
    return _last(REFERENCE, window) > _last(PHONE, window)


def _last(pattern: re.Pattern[str], window: str) -> int:
    return max((match.end() for match in pattern.finditer(window)), default=-1)
