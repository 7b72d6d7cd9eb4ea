"""Which language a text is in, by its script or its small words; silent where it is not clear."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

READ_CHARS = 2_000
_WORD = re.compile(r"[^\W\d_]+")
_FEW = 2  # small words that must be there
_CLEAR = 2.0  # times as many as of the next language
# Words that stand in nearly every sentence of one language and hardly in another's.
_SMALL = {
    "en": "the and is are was my you your have has with that this for not what how can i it to of",
    "de": "der die das und ist sind nicht ich mein meine wie ein eine einen mit auf für sie wir",
    "fr": "le les des et est une mon ma mes je ne pas pour avec que vous nous dans sur ce cette",
    "es": "el los las y es una mi mis no por para con que como se su pero esta este tengo quiero",
    "it": "il gli e è una mio mia non per con che come si sono ho della del di questo questa",
    "pt": "os as e é uma meu minha não por para com que como se do da em eu você isso está",
    "nl": "de het een en is mijn ik niet met voor dat hoe van op zijn heb je wij deze kan",
}
_LANGUAGES: dict[str, list[str]] = {}
for _code, _words in _SMALL.items():
    for _word in _words.split():
        _LANGUAGES.setdefault(_word, []).append(_code)
# Scripts that one language alone is written in, as good as.
_SCRIPTS = {"HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "GREEK": "el",
            "HEBREW": "he", "DEVANAGARI": "hi"}  # fmt: skip


def language_of(text: str) -> str | None:
    """The two letters of the language, or None where the text does not tell."""
    words = _WORD.findall(text[:READ_CHARS].lower())
    by_script = Counter(filter(None, map(_script, words)))
    if by_script and by_script.total() > len(words) / 2:
        return by_script.most_common(1)[0][0]
    seen = Counter(code for word in words for code in _LANGUAGES.get(word, ()))
    best = seen.most_common(2)
    if not best or best[0][1] < _FEW:
        return None
    return best[0][0] if len(best) == 1 or best[0][1] >= _CLEAR * best[1][1] else None


def primary(tag: str | None) -> str | None:
    """The language of a tag: "de" of "de-CH" or "de_CH"."""
    code = re.split(r"[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return code or None


def _script(word: str) -> str | None:
    if word.isascii():
        return None
    return _SCRIPTS.get(unicodedata.name(word[0], "").partition(" ")[0])
