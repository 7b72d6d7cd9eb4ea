"""Messages that ask nothing: a yes to what we offered, thanks, a call for a person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.domain import Turn
from copilot.extractive.hearing.clauses import OPENS
from copilot.extractive.language.words import meanings

MAX_WORDS = 14  # a yes is short; more holds a wish of its own

_YES = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|yes|yep|yeah|sure|fine|perfect|great|agreed|deal|alright|all right"
    r"|go ahead|please do|do (?:it|that)|book it|let['’]?s do|that works|sounds good)\b)"
    r"|\b(?:go ahead|please do so|book (?:it|that)|that works for me|i agree|i confirm)\b",
    re.IGNORECASE,
)
_SAYS_YES = re.compile(r"^\W*(?:yes|yep|yeah|yup|it (?:is|does)|i (?:am|do|did|have))\b", re.I)
NEW_WORDS = 2  # of meaning, beside our question's own: then it tells something to go by
_PLAINLY = re.compile(
    r"\b(?:go ahead|do (?:it|that|so)|book (?:it|that)|please do|i agree|i confirm|agreed|deal)\b",
    re.IGNORECASE,
)
# Our question that puts something to them. "Are you safe?" and "is the light red?" put nothing:
# a yes to those tells how things are, and agrees to nothing.
_PUTS = re.compile(
    r"\b(?:shall|should|may|might|can|could) (?:i|we)\b"
    r"(?! (?:please |just )?(?:ask|have|take|get|see|know|check|assume)\b)"
    r"|\b(?:would|do) you (?:\w+ )?(?:like|want|wish|prefer|agree|accept)\b"
    r"|\b(?:want|like|need) (?:me|us) to\b|\bfor (?:me|us) to\b"
    r"|\b(?:will|would) you (?:take|have|accept|go (?:for|with))\b"
    r"|\b(?:suits?|convenient|agreed|agreeable|acceptable|deal|interested)\b"
    r"|\b(?:works?|happy|good|fine|ok(?:ay)?|all ?right) (?:for|with|to|by) (?:you|us|that|this)\b"
    r"|\b(?:would|will) (?:\w+ ){1,5}(?:work|do|be (?:ok(?:ay)?|fine|good|all ?right))\b"
    r"|\bready to (?:go|order|book|start|proceed)\b|\bgo ahead\b",
    re.IGNORECASE,
)
# "I can send him on Tuesday. Is that all right?", "… Morning?": it asks about what was offered.
_THEN_ASKS = re.compile(
    r"^\W*(?:(?:so|and|then)\W+)?(?:(?:is|does|would|will) (?:that|this|it) "
    r"(?:ok(?:ay)?|fine|good|all ?right|work|do|help)|(?:ok(?:ay)?|all ?right)"
    r"|(?!(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|any|which|what)\b)[\w'’:.-]+"
    r"(?: [\w'’:.-]+){0,3})\W*\?\W*$",
    re.IGNORECASE,
)
# Our words that a mere "perfect" says yes to: an offer, not an answer.
_OFFER = re.compile(
    r"\b(?:i|we) (?:can|could|will|would)\b|\b(?:i|we)['’]ll\b|\bif you (?:like|wish|want)\b"
    r"|\bearliest\b|\blet me know\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\?|\b(?:no|not|n['’]t|don['’]t|but|unless|if|before|until|how|what|when|why|still|instead)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|ta|cheers|much appreciated|appreciate it|grateful)\b|🙏", re.I
)
# What may stand beside thanks without asking or telling anything.
_PLEASANT = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|ta|much appreciated|(?:i )?(?:really )?appreciate (?:it"
    r"|that"
    r"|your (?:help|time))|(?:very |so |most )?(?:grateful|helpful|kind)(?: of you)?|(?:a|so|very"
    r"|many)"
    r" (?:lot|much|million)|a lot|so much|very much|for (?:all )?(?:your|the)(?: \w+)? (?:help|time"
    r"|patience|support|answers?|advice|info\w*|reply)|for (?:that|this|helping|everything"
    r"|explaining"
    r"|your help|letting me know)|you['’]?(?:ve| have) been (?:very |so |really |most )?(?:helpful"
    r"|kind"
    r"|great|a (?:great )?help)|that['’]?s (?:all|it|great|perfect|fine|lovely|brilliant"
    r"|everything)"
    r"(?: i (?:needed|wanted))?(?: (?:for (?:now|today)|then))?|that (?:is|was|will be) (?:all"
    r"|great"
    r"|perfect|fine|very helpful|helpful|kind)(?: i (?:needed|wanted))?|that (?:really )?(?:helps"
    r"|helped)"
    r"|(?:have|enjoy) (?:a|your|the)(?: \w+)? (?:day|evening|weekend|one|night|afternoon|week)"
    r"|(?:you|and you) too|bye(?:[- ]bye)?|good ?bye|take care|see you|all (?:good|the best|clear"
    r"|sorted)"
    r"|perfect|great|brilliant|lovely|wonderful|excellent|super|awesome|amazing|nice|good|fine"
    r"|ok(?:ay)?"
    r"|right|oh|ah|well|then|yes|no|again|all|everyone|both|now|got it|understood|will do|and|so"
    r"|very"
    r"|really|indeed|kind regards|best wishes|regards|nothing else|no more questions|i(?:['’]m"
    r"| am) (?:happy|glad"
    r"|pleased))\b|🙏|👍|😊",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{2,}", re.IGNORECASE)
_PERSON = re.compile(
    r"\b(?:speak|talk|chat|connect|put|get|pass|transfer|contact|reach|want|need|prefer|is this"
    r"|are you"
    r"|am i)\b[^.?!\n]{0,30}\b(?:humans?|real (?:person|people|human|agent)|actual (?:person|human)"
    r"|live (?:agent|person|human)|(?:a|some|any) (?:person|agent|representative|operator)"
    r"|representative"
    r"|operator|somebody real|someone real|proper person)\b|\bnot (?:to )?an? (?:ro)?bot\b"
    r"|\b(?:is this|are you|am i (?:talking|speaking|writing) (?:to|with))\b[^.?!\n]{0,20}"
    r"\b(?:bot|robot|chatbot|machine|ai|computer)\b"
    r"|^\W*(?:human|agent|representative|operator|real person)(?: please)?\W*$",
    re.IGNORECASE,
)

YES = "Thank you, I go ahead with that as we agreed."
ORDER = "Thank you, I will see to your order"
WELCOME = "You are welcome, and thank you for telling us. If anything else comes up, just write."
PERSON = (
    "You are speaking with a person: I read what you write myself, and I stay with it or bring in"
    " the right colleague."
)
DO_FIRST = "do it, then send"


def nothing_new(turns: Sequence[Turn]) -> str | None:
    """Why there is nothing to answer: our side spoke last, or the last message is empty."""
    public = [t for t in turns if t.visibility == "public"]
    if not public:
        return None
    if not public[-1].text.strip():
        return "nothing new was asked: the last message is empty"
    if public[-1].speaker == "agent":
        return "nothing new was asked: our side spoke last"
    return None


def only_thanks(text: str) -> bool:
    """Whether a message thanks, or says goodbye, and nothing more."""
    return "?" not in text and bool(_THANKS.search(text)) and is_pleasant(text)


def is_pleasant(text: str) -> bool:
    """Whether nothing stands in a text but polite words and names."""
    rest = _PLEASANT.sub(" ", text)
    names = re.sub(r"\b[A-Z][a-z]+\b", " ", rest)  # "thanks Kofi", and who signs
    return not [w for w in _WORD.findall(names) if w.lower() not in _SMALL]


_SMALL = frozenset(
    "i you your it that this for the to of me my a an is was are have been we us".split()
)


def wants_person(text: str) -> bool:
    """Whether somebody asks for a human being, or whether they speak with one."""
    return bool(_PERSON.search(text))


def agreed(turns: Sequence[Turn]) -> str | None:
    """What the agent is to do where the customer says yes to our last message."""
    if len(turns) < 2 or turns[-1].speaker != "customer" or turns[-2].speaker != "agent":
        return None
    return _agreed(" ".join(turns[-1].text.split()), turns[-2].text)


def agreed_beside(turns: Sequence[Turn]) -> str | None:
    """The same where a plain yes comes with a question: "Yes, go ahead. Do I send it back?" """
    if len(turns) < 2 or turns[-1].speaker != "customer" or turns[-2].speaker != "agent":
        return None
    first, *more = _SENTENCE.split(" ".join(turns[-1].text.split()))
    if not more or not _PLAINLY.search(first) or not any("?" in s or _asks(s) for s in more):
        return None
    return None if _TAKES_BACK.search(" ".join(more)) else _agreed(first, turns[-2].text)


_TAKES_BACK = re.compile(r"\b(?:but|unless|only if|wait|hold on|before you)\b", re.IGNORECASE)


def _asks(sentence: str) -> bool:
    return bool(OPENS.match(sentence))


def is_put(ours: str) -> bool:
    """Whether a message of ours puts something to them that a mere yes agrees to.

    Where it ends on a question, the yes answers that question and no offer before it.
    """
    *before, last = _SENTENCE.split(ours.strip())
    if not last.rstrip().endswith("?"):
        return bool(_OFFER.search(ours))
    if _PUTS.search(last):
        return True
    return bool(_THEN_ASKS.match(last) and _OFFER.search(" ".join(before)))


def answers_yes(ours: str, said: str) -> str:
    """Our question of fact that a message answers with yes and hardly a word more, else none."""
    ours, said = " ".join(ours.split()), " ".join(said.split())
    question = _SENTENCE.split(ours)[-1]
    if not question.endswith("?") or is_put(ours) or not _SAYS_YES.match(said):
        return ""
    new = frozenset(meanings(said)) - frozenset(meanings(question))
    return question if len(new) < NEW_WORDS else ""


def _agreed(said: str, ours: str) -> str | None:
    if len(said.split()) > MAX_WORDS or not _YES.search(said) or _UNSURE.search(said):
        return None
    if any(_asks(sentence) for sentence in _SENTENCE.split(said)):
        return None  # "yes. do i have to pay for this": a question without its mark
    ours = " ".join(ours.split())
    if not _PLAINLY.search(said) and not is_put(ours):
        return None
    offer = _SENTENCE.split(ours)[-1][:160]
    return f"{DO_FIRST}: they confirm “{said}” after our “{offer}”"
