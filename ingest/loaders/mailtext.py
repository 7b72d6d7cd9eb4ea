"""Takes quoted history and signatures out of e-mail text, in the languages our users write."""

from __future__ import annotations

import re

_ON_WROTE = re.compile(
    r"^(?:On\b.{4,200}\bwrote|Am\b.{4,200}\bschrieb\b.{0,120}|Le\b.{4,200}\ba écrit|"
    r"El\b.{4,200}\bescribió|Il\b.{4,200}\bha scritto|Em\b.{4,200}\bescreveu|"
    r"Op\b.{4,200}\bschreef\b.{0,120}|Den\b.{4,200}\b(?:skrev|skrev:.{0,120})|"
    r"W dniu\b.{4,200}\b(?:pisze|napisał\(a\)|napisał|napisała)|"
    r".{4,160}(?:写道|のメッセージ))\s*[:：]?\s*$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\s*[-_]{2,}\s*(?:Original Message|Original Appointment|Ursprüngliche Nachricht|"
    r"Message d'origine|Mensaje original|Messaggio originale|Mensagem original|"
    r"Oorspronkelijk bericht|Ursprungligt meddelande|Oprindelig meddelelse|"
    r"Wiadomość oryginalna|Forwarded message|Weitergeleitete Nachricht)\s*[-_]*\s*$",
    re.IGNORECASE,
)
_HEAD_FROM = re.compile(r"^\s*\*?(?:From|Von|De|Da|Van|Fra|Från|Od)\s?:\*?\s+\S", re.IGNORECASE)
_HEAD_NEXT = re.compile(
    r"^\s*\*?(?:Sent|Gesendet|Envoyé|Enviado(?: el)?|Inviato|Verzonden|Sendt|Skickat|Wysłano|"
    r"Date|Datum|Fecha|Data|To|An|À|Para|A|Aan|Til|Till|Do)\s?:",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"^(?:Sent from my|Get Outlook for|Von meinem .{2,30} gesendet|Gesendet mit|"
    r"Envoyé (?:de|depuis) mon|Enviado desde mi|Inviato da(?:l mio)?|Enviado do meu|"
    r"Verstuurd vanaf mijn|Sendt fra min|Skickat från min)\b.{0,60}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:(?:best|kind|warm|many thanks and best|with (?:best|kind)) (?:regards|wishes)|regards|"
    r"sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|cheers|"
    r"(?:mit )?(?:freundlichen|besten|lieben|herzlichen|vielen) gr(?:ü|ue)(?:ß|ss)en|"
    r"(?:viele|beste|liebe|herzliche|freundliche) gr(?:ü|ue)(?:ß|ss)e|mfg|"
    r"(?:bien )?cordialement|bien à vous|salutations(?: distinguées)?|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|"
    r"(?:cordiali|distinti) saluti|atenciosamente|(?:com os )?melhores cumprimentos|"
    r"met vriendelijke groet(?:en)?|med venlig hilsen|med vänliga hälsningar|"
    r"z poważaniem|pozdrawiam)\s*[,.!]?$",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"^P\.?\s?S\b", re.IGNORECASE)
MAX_SIGNATURE_LINES = 8


def own_words(text: str) -> str:
    """What this message itself says; a message that is nothing but a forward stays whole."""
    lines = _without_history(text.split("\n"))
    kept = "\n".join(_without_signature(lines)).strip()
    return re.sub(r"\n{3,}", "\n\n", kept) or text.strip()


def _without_history(lines: list[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if _ORIGINAL.match(line) or _is_head(lines, index):
            break
        if taken := _introduces(lines, index):
            if not _is_quoted(lines, index + taken):
                break  # a quote without marks runs to the end
            index += taken
            continue
        if not line.lstrip().startswith(">"):
            kept.append(line)
        index += 1
    return kept


def _introduces(lines: list[str], index: int) -> int:
    """How many lines the "On …, Ana wrote:" at this place takes; it is often wrapped."""
    joined = lines[index].strip()
    for taken in (1, 2, 3):
        if not joined:
            return 0
        if len(joined) < 400 and _ON_WROTE.match(joined):
            return taken
        if index + taken >= len(lines):
            return 0
        joined = f"{joined} {lines[index + taken].strip()}"
    return 0


def _is_quoted(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index:] if line.strip()), "")
    return following.lstrip().startswith(">")


def _is_head(lines: list[str], index: int) -> bool:
    """The block of From, Sent, To, Subject that stands above a quoted message."""
    if not _HEAD_FROM.match(lines[index]):
        return False
    return sum(bool(_HEAD_NEXT.match(line)) for line in lines[index + 1 : index + 5]) >= 2


def _without_signature(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines):
        if line in ("-- ", "--", "—") or _SENT_FROM.match(line.strip()):
            return lines[:index]
        if _CLOSING.match(line.strip()) and _is_signature(lines[index + 1 :]):
            return lines[:index]
    return lines


def _is_signature(lines: list[str]) -> bool:
    """Few short lines to the end, none of them a postscript."""
    rest = [line.strip() for line in lines if line.strip()]
    short = sum(len(line) <= 80 for line in rest)
    return (
        len(rest) <= MAX_SIGNATURE_LINES
        and short >= len(rest) - 1
        and not any(_POSTSCRIPT.match(line) or line.endswith("?") for line in rest)
    )
