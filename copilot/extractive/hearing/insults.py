"""What is said in anger asks nothing: it is left out, so that the question beside it is answered.

"What kind of junk do you rent to people" wants no answer, nor does "or do I need a lawyer": the
agent reads both anyway. A question in the same words stays one ("what kind of junk do you take?").
"""

from __future__ import annotations

import re

_END = r"[^.?!\n]{0,60}[.?!]*"
_FOOLS = (
    r"(?:idiots?|morons?|clowns?|crooks?|muppets?|liars?|cowboys?|amateurs?|jokers?|bastards?"
    r"|thieves|imbeciles?|losers?)"
)
_BAD = (
    r"(?:useless|stupid|incompetent|lazy|pathetic|clueless|hopeless|rubbish|crap|shit|ridiculous"
    r"|disgraceful|disgusting|a disgrace|a joke|a shambles|a farce|a circus|jokes?)"
)
_LOT = r"(?: (?:lot|people|bunch|shower|company|firm|outfit|sods?|gits?))?"
_VERY = (
    r"(?:(?:all|just|really|so|such|absolutely|completely|totally|bloody|fucking|utterly|simply|an?"
    r"|total|complete|absolute|utter|bad|big|some kind of|meant to be|supposed to be) ){0,4}"
)
_JUNK = r"(?:junk|rubbish|crap|garbage|shit|trash)"
_LAW = (
    r"\b(?:lawyers?|solicitors?|attorneys?|court|sue|legal action|press|newspapers?"
    r"|trading standards"
    r"|ombudsman|small claims|trustpilot|reviews?)\b"
)
_CRIES = (
    r"unbelievable|unreal|pathetic|disgraceful|disgusting|ridiculous|outrageous|appalling|rubbish"
    r"|useless|wtf|ffs|for \w+['’]?s sake|bloody hell|damn(?: it)?|shame on you|go to hell"
    r"|(?:fuck|piss|screw)(?: (?:you|off|this|it))?|how dare you|who do you think you are"
    r"|do you think (?:i['’]?m|i am|we['’]?re|we are) (?:stupid|an idiot|idiots)"
    r"|how (?:stupid|useless|incompetent) (?:are you|can you be|can (?:one|anybody) be)"
    r"|are you (?:all )?(?:stupid|serious|joking|kidding(?: me)?|insane|mad|deaf|for real"
    r"|having a laugh)|you must be (?:joking|kidding)|is (?:this|that|it) (?:some kind of "
    r"|meant to be"
    r" |supposed to be )?a (?:\w+ )?joke|is anybody awake there"
)
_ANGRY = re.compile(
    rf"\byou(?:['’]re| are|r)? {_VERY}(?:{_FOOLS}|{_BAD}{_LOT}(?! (?:at|for|with|to)\b)"
    rf"|(?:bunch|load|pack) of \w+)(?=\s*(?:[.,;!?:)]|$))"
    rf"|\b(?:this|that|it|your (?:\w+ )?(?:service|company|support|firm|shop|lot))"
    rf"(?:['’]s| is| was) {_VERY}(?:joke|disgrace|farce|circus|shambles|{_BAD})"
    r"(?=\s*(?:[.,;!?:)]|$))[.!]*"
    rf"|\bwhat (?:kind|sort) of (?:\w+ )?(?:{_JUNK} (?:(?:do|did|have) you (?:rent|sell|sold"
    r"|run|send"
    r"|sent|gave|give|lend|supply|make|deliver)|is (?:this|that))|(?:company|firm|outfit|people"
    rf"|service|circus|shop|{_FOOLS}) (?:are you|is (?:this|that)))\b{_END}"
    r"|\bwhat an? (?:\w+ )?(?:joke|disgrace|farce|circus|shambles|bunch of \w+|load of \w+"
    rf"|{_BAD} (?:lot|company|firm|bunch|outfit|service)){_END}"
    rf"|(?:(?<=[.!?,;\n])|^)\s*(?:(?:so|and|but|or|well|oh|just) )?(?:{_CRIES})"
    r"(?=\s*(?:[.,;!?\n]|$))[.!?]*",
    re.IGNORECASE | re.MULTILINE,
)
_THREAT = re.compile(
    r"(?:[,;]\s*|\s+|^)(?:or|otherwise|or else|if not),? (?:(?:do|shall|should|must|will"
    r"|can) (?:i|we)"
    rf"|(?:i|we)(?:['’](?:ll|m|re|d))?)\b[^.?!\n]{{0,60}}{_LAW}{_END}"
    r"|\b(?:i|we)(?:['’]ll| will| am going to|['’]m going to) (?:see you in court|sue\b|(?:call"
    r"|ring|get"
    rf"|talk to|go to|hear from) (?:my|a|our) (?:lawyer|solicitor|attorney)){_END}"
    rf"|\byou(?:['’]ll| will) hear from my (?:lawyer|solicitor|attorney){_END}",
    re.IGNORECASE | re.MULTILINE,
)


def civil(text: str) -> str:
    """A message without its insults and threats; what else it says stands as it was."""
    return _ANGRY.sub(" ", _THREAT.sub(" ", text))
