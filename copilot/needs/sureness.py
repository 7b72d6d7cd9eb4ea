"""How sure the rules are of a need they heard: fixed by rule, held where a doubt remains."""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.ledger.language import plain, stems
from copilot.needs import free
from copilot.needs.scene import Scene, Words
from copilot.needs.statements import statements


def confidence(
    scene: Scene, words: Words, grip: int, called: frozenset[str], *,
    explicit: bool, regulated: bool, consent: str, waits: bool,
) -> float:  # fmt: skip
    """Fixed by rule: a plain request is surer than a described limit; advice takes consent."""
    if regulated:
        return 0.92 if consent else 0.6
    doubt = any(scene.reads("doubt", w.text) for w in scene.own_words)
    if grip == 0:
        return 0.6  # the wish names nothing of ours, only the words around it do
    unread = _unread_knowledge(
        scene, of_articles=not (called and scene.reads("orders", words.text))
    )
    if not waits and (doubt or grip < 2 or unread):
        return 0.6  # doubt, one shared word, or a fact rules cannot weigh: held, not shown
    return 0.85 if explicit else 0.75


def _unread_knowledge(scene: Scene, *, of_articles: bool) -> bool:
    """Knowledge speaks of this contact, or warns: what it means takes a reader.

    Of an article only what is free, owed, cheaper or a warning counts, sentence by sentence; where
    a product is ordered by its name, only a warning: a cure for it is looked up by itself.
    """
    spoken = scene.customer_stems
    return any(
        scene.reads("warning", said) or (of_articles and free.kind_of(said)) or not k.passage
        for k in scene.case.knowledge
        for said in (statements(k.text) if k.passage else (k.text,))
        if len(stems(said) & spoken) >= 2 or (not k.passage and scene.reads("warning", said))
    )


def is_regulated(scene: Scene, spoken: str) -> bool:
    """A subject on which only a qualified person advises."""
    return bool(_topics(scene.policy.regulated.topics).search(plain(spoken)))


@lru_cache(maxsize=8)
def _topics(topics: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(t) for t in topics)})s?\b")
