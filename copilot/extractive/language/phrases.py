"""Phrases that articles say in one word: "give it back" is "return", "bring down" is "reduce"."""

from __future__ import annotations

import re
from collections.abc import Callable

from copilot.extractive.language.labels import joined


def _as(word: str) -> Callable[[re.Match[str]], str]:
    """Writes a word and what stood within its phrase: "give it back" is "return it"."""
    return lambda match: f"{word}{next(filter(None, match.groups()), '')}"


_MOVED = (
    r"mov(?:e|ing)()(?= (?:the |my |our |your |an )?(?:[\w'’]+ )?(?:day|date|time|slot"
    r"|visit|appointment|booking|delivery|reservation|payments?|debit|bill)\b)"
)
_IS_DOWN = (
    r"(?:line|internet|connection|service|network|power|site|system)()"
    r" (?:is|was|were|has been|went|goes) (?:all )?(?:down|out|dead|gone)"
)
_HOW_EARLY = (
    r"how (?:soon|early|far ahead)() (?:must|do|should|shall|need)(?: \w+){1,3}"
    r" (?:know|tell|say|announce|inform)(?: you)?"
)
# Of a charge: what we are asked to take off, or what comes off a bill.
_CHARGE_OFF = (
    r"(?:knock(?:ing)?((?: \w+){0,2}) off|(?<=you )take((?: that| it| this)) off(?= *(?:[.,?!]|$"
    r"|please|again|for))|(?:take|get)((?: \w+){1,3}) off (?:the|my|our|this) (?:\w+ )?bill"
    r"|(?<=you )take( the (?:fee|charge)| [£$€]\d+) off)"
)
_NO_HELP = (
    r"(?:it|they|that|this)(?:['’]?s|['’]?re| is| are)() (?:rubbish|useless|no (?:good|use)|junk)"
)
# Phrases, and the one word that stands for them: both questions and articles are read with it.
_PHRASES = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), _as(word))
    for pattern, word in (
        (r"(?:post|mail)(?:ed|s|ing)?((?: \w+){0,4}) back", "post return"),
        (r"(?:giv|send|bring|hand)(?:e|es|ing)?((?: \w+){0,4}) back", "return"),
        (r"(?:sent|gave|brought)((?: \w+){0,4}) back", "return"),
        (r"you((?: \w+){0,2}) take(?: \w+){1,4} back", "return"),
        (r"(?:took|take)((?: \w+){0,4}) back", "withdraw"),
        (r"(?:call|ring|phone)(?:s|ing)?((?: me| us| you)?) back", "callback"),
        (r"put(?:ting)?((?: \w+){0,2}) off", "postpone"),
        (_MOVED, "change"),
        (r"(?:pass|hand)(?:ed|ing)?((?: \w+){0,3}) (?:on|over)", "hand"),
        (r"tak(?:e|es|ing)((?: \w+){0,2}) over", "hand"),
        (r"tak(?:e|es|ing)((?: \w+){1,6}) (?:along|with (?:you|me|us))", "keep"),
        (_NO_HELP, "help"),
        (r"(?:carr(?:y|ies)|go(?:es)?|runs?)() on(?= (?:after|until|till|for|then)|\W*$)", "so"),
        (r"cut(?:ting)?((?: \w+){0,2}) off", "disconnect"),
        (r"(?:bring|get|cut|keep)(?:ting|ing)?((?: \w+){0,3}) down", "reduce"),
        (r"let(?:ting)?( \w+) off", "waive"),
        (_CHARGE_OFF, "waive"),
        (r"(?:will|do|does|would|can)((?: (?!i\b|we\b|you\b)\w+){1,3}) go on", "fit"),
        (r"(?:turn|switch)(?:s|es|ed|ing)?((?: \w+){1,2}) down", "lower"),
        (r"get(?:ting)? rid() of", "remove"),
        (r"get(?:ting)? out() of (?:it|this|that|(?:my|the|our) (?:contract|plan))", "cancel"),
        (r"put(?:ting)?((?: \w+){1,3}) together", "join"),
        (r"(?:log|sign)(?:s|ged|ned|ging|ing)?()[ -](?:in|on)", "login"),
        (r"(?:go|goes|going|are|be)() away", "holiday"),
        (r"be() (?:at home|home|there|present|in(?= *(?:[,.?!]|$|and |or |when |for )))", "attend"),
        (
            r"(?:begin|start)s?((?: it)?) (?:all )?(?:over|again|anew|afresh|from scratch)",
            "overagain",
        ),
        (r"tak(?:e|es|en|ing)() (?:the |my |our )?(?:money|payments?)", "debit"),
        (r"(?:without paying|(?:without|at no) (?:extra |more )?cost)( extra| more)?", "free"),
        (r"(?:bit by bit|little by little|in parts|over several months)()", "instalment"),
        (r"(?:do|will|would) you() pay for", "compensation"),
        (_IS_DOWN, "outage"),
        (r"no() (?:service|internet|connection|power)", "outage"),
        (r"(?:can(?:no|['’])t|not|n['’]t)((?: \w+){0,2}) online", "offline"),
        (r"(?:don['’]t|do not|didn['’]t|did not)() recogni[sz]e", "dispute"),
        (r"(?:is|are|was|looks?|seems?)(?: not|n['’]t)() (?:right|correct)", "wrong"),
        (_HOW_EARLY, "how early notice"),
        (r"end()(?= (?:everything|it all|my|our|the (?:contract|plan|subscription)))", "cancel"),
    )
)  # fmt: skip

# A word that each phrase holds: most sentences have none, and are done with one look.
_MAY_BE_PHRASE = re.compile(
    r"\b(?:back|off|down|over|along|with|together|rubbish|useless|junk|use|on|rid|in|away|home"
    r"|there|present|again|anew|afresh|scratch|bit|little|good"
    r"|parts|months|pay|paying|online|recogni[sz]e|right|correct|know|tell|say|announce|inform|end"
    r"|mov(?:e|ing)|out|dead|gone|no|money|payments?|cost)\b",
    re.IGNORECASE,
)


def in_one_word(text: str) -> str:
    """The text with one word for each of its phrases: "give it back" as "return it"."""
    text = joined(text)
    if not _MAY_BE_PHRASE.search(text):
        return text
    for pattern, as_word in _PHRASES:
        text = pattern.sub(as_word, text)
    return text
