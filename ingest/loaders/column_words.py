"""The words that column names are made of, in five languages, and what each of them means.

A name such as `CreatedByType`, `Erstelldatum` or `N° de ticket` is cut into its words; each word
stands for one idea, and the rules of `guess` speak of ideas only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

IDEAS: dict[str, str] = {
    "ticket": "ticket tickets case cases conversation conversations convo thread session chat "
    "issue incident request vorgang vorgangs anfrage fall gesprach gesprachs konversation "
    "demande dossier incidencia caso hilo conversacion consulta richiesta conversazione gesprek "
    "zaak",
    "message": "message messages msg comment comments post posts part parts event article "
    "nachricht nachrichten kommentar beitrag commentaire mensaje mensajes comentario messaggio "
    "bericht",
    "id": "id ids no nr num number numero nummer reference ref key uuid guid kennung "
    "identifiant identificador n sid",
    "code": "code",
    "author": "author sender from writer poster by nick participant actor commenter reporter "
    "auteur autor remitente absender expediteur verfasser emetteur mittente afzender",
    "speaker": "speaker sprecher role roles rolle rol ruolo",
    "direction": "direction richtung sens direccion inbound incoming outbound outgoing",
    "type": "type types typ typs tipo kind art",
    "name": "name names nom nombre nome naam full display nickname",
    "customer": "customer customers caller client clients contact contacts requester buyer "
    "visitor user kunde kunden kundin endkunde usuario utilisateur acheteur comprador consumer "
    "guest member profile cliente klant shopper shoppers",
    "agent": "agent agents assignee owner operator staff rep employee answered assigned "
    "mitarbeiter bearbeiter sachbearbeiter zustandig conseiller agente asesor responsable",
    "ours": "we our us ours wir unser unsere unserer uns nous notre nos nosotros nuestro nuestra "
    "nuestros nuestras noi nostro nostra wij ons onze",
    "theirs": "they their them theirs sie ihr ihre ils elles leur leurs ellos ellas loro zij hun",
    "said": "said say says wrote write writes written told asked schrieb schrieben schreibt "
    "geschrieben sagte sagten gesagt fragte fragten gefragt ecrit ecrivent dit disent escribio "
    "escribieron dijo dijeron preguntaron scritto detto geschreven gezegd",
    "public": "public published publico publique offentlich oeffentlich visible",
    "private": "private internal intern interno interne prive privado",
    "visibility": "visibility sichtbarkeit visibilite visibilidad",
    "text": "text body content inhalt contenu contenido cuerpo corps texto texte plain "
    "plaintext testo inhoud",
    "html": "html rich",
    "description": "description beschreibung descripcion question problem anliegen frage "
    "pregunta enquiry inquiry descrizione omschrijving",
    "short": "short kurz brief courte corta breve",
    "note": "note notes notiz notizen remarks",
    "reply": "reply answer response resolution solution losung loesung antwort reponse "
    "respuesta solucion resolucion risposta soluzione antwoord oplossing replied responded "
    "answering antworteten antwortete geantwortet repondu respondimos contestamos dijimos "
    "escribimos",
    "date": "date datum fecha data time timestamp datetime zeit zeitpunkt zeitstempel hora "
    "heure ts at on am le when wann uhrzeit tijd",
    "zone": "utc gmt",
    "created": "created create creation creado creacion erstellt erstell eingang received sent "
    "gesendet envoi invio envoye enviado opened open start started posted submitted creato "
    "aangemaakt",
    "later": "updated modified update close closed closing solved due last completed cierre "
    "cloture abschluss geschlossen geandert anderung actualizacion modification edited",
    "channel": "channel channels source via medium origin network platform kanal canal quelle "
    "herkunft origen origine canale kanaal",
    "subject": "subject betreff sujet asunto objet oggetto onderwerp summary headline",
    "title": "title titel titre titulo",
    "status": "status state estado etat statut stand zustand stato",
    "resolved": "resolved geloest gelost erledigt resolu resuelto",
    "reopened": "reopened wiedereroffnet rouvert reabierto",
    "rating": "rating rate csat score satisfaction stars survey bewertung zufriedenheit "
    "valoracion satisfaccion evaluation puntuacion valutazione beoordeling",
    "tags": "tag tags label labels schlagwort schlagworte stichworte etiquette etiquettes "
    "etiquetas",
    "language": "language locale lang sprache langue idioma lingua taal",
    "order": "order orders bestellung bestell commande pedido auftrag auftrags ordine "
    "bestelling",
    "url": "url link permalink lien enlace",
    "email": "email emails mail courriel correo",
    "department": "department team abteilung departement departamento equipe equipo",
}  # fmt: skip
# Words that say nothing about which field a column is.
SILENT = frozenset(
    "of the de la le du des der die das den d l del von zu to a an y et und and is as current "
    "what was que qui ce quoi lo had has have hat haben avons ont hemos han "
    "initial first associated electronico adresse address addresse direccion".split()
)
_MEANING = {word: idea for idea, words in IDEAS.items() for word in words.split()}
_LINKS = ("", "s", "n", "en", "es")
SHORTEST = 2


def plain(name: str) -> str:
    """Lower case, without accents: what is left is compared."""
    spread = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    return "".join(c for c in spread if not unicodedata.combining(c)).lower()


@cache
def ideas_of(name: str) -> tuple[str, ...]:
    """What a column's name speaks of, in order; a word that nobody knows stands for itself."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    found: list[str] = []
    for word in re.findall(r"[^\W_]+", re.sub(r"\be[- ]mail", "email", plain(spaced))):
        found += _ideas_of_word(word)
    return tuple(dict.fromkeys(found))


def _ideas_of_word(word: str) -> list[str]:
    if word in SILENT:
        return []
    if word in _MEANING:
        return [_MEANING[word]]
    parts = _split(word)
    return [_MEANING[part] for part in parts if part in _MEANING] if parts else [word]


@cache
def _split(word: str) -> tuple[str, ...]:
    """A compound such as `kundennummer` or `createdbyname` as its known words, else nothing."""
    for end in range(len(word) - SHORTEST, SHORTEST - 1, -1):
        head = word[:end]
        if head not in _MEANING and head not in SILENT:
            continue
        for link in _LINKS:
            rest = word[end:].removeprefix(link) if word[end:].startswith(link) else ""
            if rest in _MEANING or rest in SILENT:
                return head, rest
            if len(rest) > SHORTEST and (more := _split(rest)):
                return head, *more
    return ()
