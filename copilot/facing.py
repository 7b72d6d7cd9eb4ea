"""What a customer is facing, by plain signs in their words: help centres name it in their own.

Somebody who lost a job writes "I can't keep everything up"; the article says "when paying is
hard". Each matter has the signs customers give and the words that articles use for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache


@dataclass(frozen=True, slots=True)
class Matter:
    """A situation of a customer: `words` are how a help centre speaks of it."""

    name: str
    words: str
    signs: str
    lasts: bool = False  # for the whole conversation, whatever is asked in between
    unlike: str = ""  # what only looks like a sign of it: a line that is dead, a late payment


_HELD = (
    r"(?:\w+ )?(?:contract|plan|internet|subscription|line|membership|policy|account|phone|service"
    r"|tariff|agreement)"
)
_OWN, _SPENT = r"(?:my|our|the)", r"(?:bills?|costs?|payments?|premiums?|fees?)"
DEATH = "death"
_HOW_PAID = (  # "I can't pay by card": they could pay otherwise
    r" (?:\w+ ){0,3}?(?:by (?:card|cheque|direct|bank|phone|cash|post|transfer)|online|via|using"
    r"|with (?:\w+ ){0,2}(?:cards?|cash|paypal|cheque)|(?:in|on|through) (?:the|your) \w+)\b"
)
_PERSON = (
    r"(?:husband|wife|partner|spouse|fianc[eé]e?|(?:(?:step|grand|god)-?)?(?:mother|father|mum|mom"
    r"|dad|son|daughter|child|parent)|gran|granny|grandma|grandpa|nan|nana|brother|sister|uncle"
    r"|aunt(?:ie)?|nephew|niece|cousin|baby|friend|flatmate|neighbour|colleague|tenant|relative"
    r"|loved one|(?:account|policy|contract)[- ]?holder|customer|owner|somebody|someone|person"
    r"|(?:mother|father|brother|sister|son|daughter)-in-law|(?:mr|mrs|ms|dr)\.? [a-z]+)"
)
# "My mother, who held the contract, has sadly died"; "my mother's phone has died" is another thing.
_SO = r"(?:, [^.,?!]{1,40})?,? (?:(?:has|have|had|just|then|recently|sadly|suddenly|also) ){0,3}"
_WHEN = (
    r"(?:week|month|year|spring|summer|autumn|winter|january|february|march|april|may|june|july"
    r"|august|september|october|november|december)\b"
)
_THING = (
    r"(?:phone|mobile|line|number|battery|batteries|router|modem|box|hub|valve|heating|boiler|tv"
    r"|laptop|computer|tablet|ipad|device|machine|screen|internet|wi-?fi|connection|signal|link"
    r"|light|car|card|website|app|account)s?"
)
_DUE = r"(?:bills?|payment|invoice|fee|charged?|(?:[£$€] ?)\d+)\b"
_LATE = (
    r"(?:i|we)(?:['’]m|['’]re|['’]ve been| was| were| am| are| have been) (?:\w+ ){0,4}?late\b"
    r"(?! (?:home|for|back|at|to|from)\b)"
)
_BOX = r"(?:router|modem|(?:the|your|my|our) (?:\w+ )?box)\b"
_LAMP = r"(?:(?:light|lamp|led)s?|(?:blink|flash)\w*)\b"
_BOX_LIGHT = rf"(?:{_BOX}[^.?!]{{0,40}}\b{_LAMP}|{_LAMP}[^.?!]{{0,40}}\b{_BOX})"
_AMBER = r"(?:amber|orange|yellow)\b"
_CALLER = r"(?:engineer|technician|fitter|visit|appointment|slot)s?\b"
_SHIFT = r"(?:chang|mov|reschedul|re-?arrang|postpon|delay|shift|cancell?)(?:e|ing)?\b"
_INCOME = (
    r"(?:(?:wages?|salary|pay|loan|pension|benefits?) (?:\w+ )?(?:comes?|arrives?|lands?|is paid)"
    r"|(?:i|we) (?:\w+ )?get paid) (?:\w+ ){0,3}?(?:on|at|after|around|by) (?:the )?"
    r"(?:\d|end|middle|last|first|mid)"
)
MATTERS = (
    Matter(
        "hardship",
        "help when paying is hard, financial difficulty, payment arrangement",
        r"(?:lost|losing|lose) (?:my|his|her|our|their|the) (?:job|work|income)"
        r"|redundan\w+|laid off|unemploy\w+|out of work|on sick pay|income support"
        r"|(?:hours|wages?|pay|salary) (?:\w+ ){0,4}(?:was|were|been|got|are being) (?:cut|reduced)"
        r"|closed (?:our|my|his|her) (?:branch|shop|factory|plant|office|site)"
        rf"|can(?:no|['’])?t (?:\w+ )?(?:pay\b(?!{_HOW_PAID})"
        r"|afford(?! to (?:wait|lose|miss|pay (?:interest|twice)))|keep (?:\w+ ){0,2}up\b)"
        rf"|unable to pay\b(?!{_HOW_PAID})"
        r"|struggl\w+ (?:to pay|with (?:the |my |our )?(?:bills?|payments?|money))"
        r"|money is (?:short|tight)|short of money|(?:bill|payment|direct debit)[^.?!]{0,40}bounced"
        r"|behind (?:on|with) (?:my|the|our) (?:bills?|payments?|rent)|in debt\b",
        lasts=True,
    ),
    Matter(
        "benefit",
        "reduced-price plan for households on benefits",
        r"(?:housing|disability|unemployment|income|child|pension|universal) (?:benefits?|credit"
        r"|support|allowance)|means[- ]tested|(?:on|get|receive) (?:\w+ )?benefits\b",
        lasts=True,
    ),
    Matter(
        "access",
        "accessibility, large print and other formats",
        r"can(?:no|['’])?t (?:\w+ )?(?:read|see|hear)\b(?! (?:my|the|any|a) (?:\w+ )?(?:app|device"
        r"|network|account|balance|transaction))|(?:large|big|bigger|larger) (?:print|letters|type)"
        r"|braille|\bblind\b|\bdeaf\b|hard of hearing|poor (?:eye)?sight|eyesight|sight loss"
        r"|screen ?reader|sign language|wheelchair|dyslexi\w+",
        lasts=True,
    ),
    Matter(
        DEATH,
        "bereavement, death of the account holder",
        r"passed away|bereave\w+|funeral|deceased|executor|probate|death certificate|widow(?:ed|er)"
        r"|(?:my|our|his|her|their|your) late (?:\w+ )?" + _PERSON + "\\b"
        rf"|(?:{_PERSON}{_SO}|(?:he|she|they|who|if i|when i) "
        r"(?:(?:has|have|had|just|recently|sadly) ){0,2})"
        rf"(?:(?:dies?|died)\b(?! laughing)|passed (?:last|this|in) {_WHEN})"
        rf"|{_PERSON}(?: is|['’]?s| was) dead(?=\s*(?:[.,;!?]|$|(?:and|now|since|but|so)\b))"
        rf"|lost (?:my|our|his|her|their) (?:\w+ )?{_PERSON}"
        r"(?=\s*(?:[.,;!?]|$|(?:in|on|last|this|and|to|two|three|a|recently)\b))"
        r"|death (?:of (?:a|my|our|the|his|her)|in)\b|(?:a|her|his|their|in case of) death\b"
        r"|(?<!real )estate of\b",
        lasts=True,
        unlike=rf"{_THING} (?:(?:has|have|had|just|suddenly|sadly) ){{0,3}}passed away"
        r"|death trap|to death",
    ),
    Matter(
        "safety",
        "safety, separation, private matter",
        r"(?:frightened|scared|afraid) (?:of (?:him|her|my))?|i['’]?m (?:frightened|scared|afraid)"
        r"|stalk\w+|domestic (?:abuse|violence)|abusive|spy(?:ing)? on me",
        lasts=True,
    ),
    Matter(
        "theft",
        "theft, stolen, burglary, break-in, police, claim",
        r"(?:was|were|been|got|had|have|has|is|are|all) (?:\w+ ){0,3}"
        r"(?:stolen|burgled|robbed|nicked)\b"
        r"|(?:stole|stolen|nicked|robbed|burgled) (?:my|our|from|me|us|it|them|all|everything)\b"
        r"|(?:broke|broken) in(?:to)? (?:my|our|the|last|yesterday|on|over|during)\b"
        r"|(?:was|were|been|got) broken into\b(?! (?:pieces|parts|two|bits|chunks))"
        r"|break-in\b|burglar(?:s|y|ies)?\b|thief\b|thieves\b|(?:a|the) (?:theft|robbery)\b",
        lasts=True,
        unlike=r"(?:identity|data|password|details?|account|accounts) (?:\w+ ){0,3}stolen"
        r"|stolen (?:goods|property)",
    ),
    Matter(
        "promise",
        "complaint about a promise, we promised something that is not so, choose a remedy",
        r"(?:you|your \w+|sales|they|someone|somebody|he|she) (?:\w+ )?"
        r"(?:promised|assured|guaranteed)|was promised|(?:can|could) rely on (?:it|that|this)"
        r"|(?:your|a|the) colleague (?:had )?told",
        lasts=True,
    ),
    Matter(
        "missed",
        "missed appointment, missed visit, compensation",
        r"(?:was|were) (?:meant|supposed|due) to (?:come|be here|arrive|ring|call)"
        r"|(?:never|nobody|no one|did(?:n['’]t| not)|has(?:n['’]t| not)) "
        r"(?:turn(?:ed)? up|c[oa]me to (?:us|my|our)|show(?:ed)? up)|missed (?:the|our|my) (?:slot"
        r"|visit|appointment)"
        r"|(?:engineer|technician|fitter|installer|driver|man|guy|team|he|she|they|somebody"
        r"|someone)"
        r" (?:(?:just )?never|did(?:n['’]?t| not)|has(?:n['’]?t| not))"
        r" (?:c[oa]me|arrived?|appear(?:ed)?)(?! (?:back|across|up with|to (?:mind|a)))\b"
        r"|(?:nobody|no[ -]one) (?:has |ever )?(?:c[oa]me|arrived|appeared)(?! back)\b"
        r"|(?:nobody|no[ -]one) (?:was|has been) (?:here|there)\b",
    ),
    Matter(
        "handover",
        "change of holder, transfer, hand over to somebody else",
        rf"(?:tak(?:es?|en|ing)|took) over {_OWN} {_HELD}"
        r"|(?:transfer|hand|sign|pass)(?:s|ing|red"
        rf"|ed)? (?:over )?{_OWN} {_HELD} (?:over )?(?:to|on to)"
        rf"|(?:put|change) {_OWN} {_HELD} (?:in|into|on(?:to)?|to) (?:my|his|her|their|another"
        r"|a new|the)"
        r" (?:\w+ )?name|(?:change of|new|another) (?:contract |account )?(?:holder|owner)\b",
    ),
    Matter(
        "adverts",
        "no marketing, advertising, privacy",
        r"stop (?:sending|e-?mailing|calling|texting|ringing) me|unsubscribe|opt(?:ing)? out\b"
        r"|no more (?:adverts?|ads|newsletters?|marketing)"
        r"|(?:adverts?|newsletters?) (?:from you|again)",
    ),
    Matter(
        "leaving",
        "cancelling, notice and charge for leaving",
        r"(?:want|like|going|have|need) to (?:leave|cancel|quit|terminate)\b"
        r"|(?:please|can you) cancel(?! (?:my|the|our|this) (?:\w+ )?(?:order|appointment|visit"
        r"|booking|slot|delivery|payment|call|meeting)s?\b)"
        rf"|(?:cancel|end|close|stop|terminate|give up|leave) (?:my|the|our|this) {_HELD}"
        r"|(?:get|getting) out of (?:it|this|(?:my|the|our) contract)\b|end (?:everything|it all)\b"
        rf"|no longer (?:need|want) (?:my|the|our|a) {_HELD}"
        rf"|(?:need|want) no {_HELD} any ?more"
        rf"|(?:don['’]t|do not) (?:need|want) (?:my|the|our|a|any) {_HELD} any (?:more|longer)",
        unlike=r"(?:do(?:n['’]?t| not)|did(?:n['’]?t| not)|not|never|no) (?:really |even )?"
        r"(?:want\w*|like|going|have|need\w*) to (?:leave|cancel|quit|terminate)\b",
    ),
    Matter(
        "leaver",
        "somebody moves out, remove a person, end their access",
        r"(?:flatmate|room-?mate|lodger|tenant|partner|ex|colleague|employee|son|daughter|he|she"
        r"|they)(?: has| have|['’]s|['’]ve| is| are)? (?:just )?(?:mov(?:ed|es|ing) out|left us"
        r"|left the (?:company|team|firm))",
    ),
    Matter(
        "complaint",
        "complaint, how we put things right",
        r"complain\w*|ombudsman|unacceptable|make it official|take (?:this|it) further"
        r"|(?:not|n['’]t) (?:happy|satisfied) with (?:how|the way|your|what)",
    ),
    Matter(
        "callback",
        "how to reach us, call back",
        r"(?:can|could|would|will|please)\b[^.?!]{0,25}\b(?:ring|call|phone) (?:me|us)\b"
        r"|call(?:ing)? ?back|speak to (?:a|somebody|someone|anybody)",
    ),
    Matter(
        "nuisance calls",
        "home phone, call screening, nuisance calls, unwanted callers",
        r"(?:cold|nuisance|scam|spam|unwanted|marketing|sales) (?:calls?|callers?|calling)\b"
        r"|(?:people|strangers|companies|they|somebody|someone) (?:keep |always |constantly )?"
        r"(?:ringing|calling|phoning|ring|call|phone) (?:me |us )?"
        r"(?:about|all day|every|\w+ times|to sell)"
        r"|(?:block|stop|screen)\w* (?:\w+ ){0,2}(?:calls|callers|numbers)\b"
        r"|(?:those|these|the same|such) calls (?:\w+ ){0,2}"
        r"(?:started|starting|begun|began|back|coming|again)\b",
    ),
    Matter(
        "backup",
        "backup line, stay online when the line fails, outage",
        r"(?:keep\w*|stay\w*|carry|run\w*) (?:\w+ ){0,4}?(?:going|running|online|working|open|on)\b"
        r"[^.?!]{0,30}\b(?:when|if|while|even)\b[^.?!]{0,25}\b(?:down|off|out|fails?|outage"
        r"|dead)\b",
        lasts=True,
    ),
    Matter(
        "late fee",
        "late payment, the fee, waive, once without a reason",
        r"late(?:[- ]payment)? (?:fee|charge|penalty|surcharge)s?\b"
        r"|never (?:been |paid )?late\b"
        rf"|(?:i|we)(?: have|['’]ve)? paid (?:\w+ ){{0,4}}?late\b|{_DUE}[^?!]{{0,60}}\b{_LATE}"
        rf"|{_LATE}[^?!]{{0,60}}\b{_DUE}",
        unlike=rf"{_LATE}[^.?!]{{0,60}}\b{_CALLER}|{_CALLER}[^.?!]{{0,60}}\b{_LATE}",
    ),
    Matter(
        "offline",
        "no internet, connection lost",
        rf"{_BOX_LIGHT}"
        r"|no (?:internet|wi-?fi)\b(?! (?:in|needed|required|plan|contract))"
        r"|(?:internet|wi-?fi|broadband) (?:is|has|was|went|keeps?) (?:\w+ ){0,2}"
        r"(?:down|off|out|gone|dead|dropp\w+)\b"
        r"|can(?:no|['’])?t (?:get|read|load|send|open) (?:my|any|our) (?:e-?mails|websites?"
        r"|web ?pages?)\b",
    ),
    Matter(
        "amber light",
        "amber light, flashing",
        rf"{_BOX_LIGHT}[^.?!]{{0,40}}\b{_AMBER}|{_AMBER}[^.?!]{{0,40}}\b{_BOX_LIGHT}"
        rf"|{_BOX}[^.?!]{{0,30}}\b{_AMBER} (?:light|lamp|led)",
    ),
    Matter(
        "no pages",
        "no pages open",
        r"nothing (?:is |will |wants to )?(?:load|open)(?:s|ing)?\b"
        r"|(?:pages?|sites?|websites?) (?:won['’]?t|don['’]?t|doesn['’]?t|do not|will not|does not)"
        r" (?:load|open)\b",
    ),
    Matter(
        "visit change",
        "engineer visits: slots, changing or cancelling before the day",
        rf"{_SHIFT} (?:\w+ ){{0,3}}?(?:visit|engineer|technician|fitter)\b"
        rf"|{_CALLER}[^?!]{{0,120}}\b{_SHIFT} (?:it|that|this|the (?:day|date|time|slot)"
        r"|him|her|them)\b",
    ),
    Matter(
        "payment day",
        "bill, ways to pay, direct debit, payment day",
        r"(?:day|date) (?:when |on which |that )?you (?:take|collect|debit)"
        r"|(?:payment|debit|billing) (?:day|date)"
        r"|when (?:the |my |our )?(?:money|payment|direct debit) (?:goes|comes|leaves)"
        r"|(?:take|collect|debit)(?: (?:the|my|our))?(?: (?:money|payment|bill|rent|premium))?"
        r" (?:later|earlier|on another|on a different)"
        r"|pay(?:ing)? (?:\w+ ){0,2}?on (?:another|a different) (?:day|date)\b"
        rf"|(?:direct debit|{_SPENT}|money)\b[^!]{{0,160}}\b(?:come|go|(?:be )?taken|leave)"
        r"(?: (?:out|off))? (?:\w+ ){0,2}?(?:later|earlier|on (?:another|a different))\b"
        rf"|(?:direct debit|{_SPENT})\b[^!?]{{0,160}}\b{_INCOME}|{_INCOME}[^!?]{{0,160}}"
        rf"\b(?:(?:direct )?debit|{_SPENT})\b"
        r"|(?:take|taken|collect|debit|(?:come|go)(?:es|s)? out|pay|due)\b[^.!?]{0,60}"
        r"\b(?:after|before|until|till) (?:my |our )?(?:pay ?day|wages|salary|pension)\b",
    ),
    Matter(
        "saving",
        "smaller plan, moving down, cheaper",
        rf"(?:bring|get|cut|keep|lower|reduce)(?:ting|ing)? (?:down )?{_OWN} (?:\w+ )?{_SPENT}"
        r"|pay(?:ing)? less|save (?:some |any )?money|too (?:expensive|much) for (?:me|us)",
    ),
    Matter(
        "moving",
        "moving house, new address",
        r"mov(?:e|ed|ing) (?:(?:the|our|my) )?(?:house|home|flat|office|shop|business|to [A-Z]"
        r"|into (?:a|an|our|my|the))"
        r"|(?:i|we)(?:['’](?:m|re|ll|ve)| am| are| will| have)? mov(?:e|ed|ing) out"
        r"|relocat\w+|new (?:house|home|flat|apartment|address)\b"
        r"|(?:found|bought|renting|rent) an? (?:\w+ )?(?:house|flat|apartment|home|place)\b",
    ),
)  # fmt: skip


@cache
def _signs() -> tuple[tuple[Matter, re.Pattern[str]], ...]:
    return tuple((m, re.compile(rf"\b(?:{m.signs})", re.IGNORECASE)) for m in MATTERS)


@cache
def _unlike(matter: Matter) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{matter.unlike})", re.IGNORECASE)


@lru_cache(maxsize=4_096)  # the same turns are read for the search and for the reply
def matters_in(text: str) -> tuple[Matter, ...]:
    """What a text says its writer is facing."""
    found = ((matter, signs) for matter, signs in _signs() if signs.search(text))
    return tuple(m for m, signs in found if not m.unlike or _is_said(m, signs, text))


def _is_said(matter: Matter, signs: re.Pattern[str], text: str) -> bool:
    """Whether a sign is left when what only looks like one is taken out."""
    return bool(signs.search(_unlike(matter).sub("…", text)))


def facing(texts: Iterable[str]) -> tuple[Matter, ...]:
    """All that several texts say, in the order of MATTERS."""
    found = {matter.name for text in texts for matter in matters_in(text)}
    return tuple(matter for matter in MATTERS if matter.name in found)
