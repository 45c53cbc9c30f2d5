"""Citations: every article that a text names, and which of them were not reviewed.

A citation holds if the reviewed table has that very article, or a part of it. One that
is finer than the review is refused, as is every act that the table does not have.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = r"\(EU\) 20\d\d/\d+"
_NAMES: Final = r"RTS \d+|MiCA|MiFID II|DORA|AI Act"
_ACT: Final = re.compile(rf"{_NUMBER}|{_NAMES}")
_PARTS: Final = r"(?:\([0-9a-z]+\))*"
_FIRST: Final = rf"\d+{_PARTS}"
_NEXT: Final = rf"(?:\d+{_PARTS}|(?:\([0-9a-z]+\))+)"
_JOIN: Final = "(?:, | and | to |; | or |[-\u2013])"
_CITED: Final = re.compile(
    rf"(?P<act>{_NUMBER}|{_NAMES})(?: \({_NUMBER}\))?[,:]?\s+\(?(?:\w+ )?"
    rf"(?:Article|Art)s?\.?\s(?P<list>{_FIRST}(?:{_JOIN}{_NEXT})*)"
)
_SECTION: Final = re.compile(rf"(SEC 15c3-5)({_PARTS})")
_STEP: Final = re.compile(rf"({_JOIN})?({_NEXT})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What may be cited: acts by any of their names, and articles by act."""

    acts: Mapping[str, str]
    articles: frozenset[tuple[str, str]]

    def has(self, act: str, article: str) -> bool:
        """Tell whether the article is in the table, or a part of it."""
        key = self.acts.get(act)
        return any(
            known == article or known.startswith(f"{article}(")
            for of, known in self.articles
            if of == key
        )


def citations_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield each act and article that a text cites; lists and ranges one by one."""
    for found in _CITED.finditer(text):
        for article in articles_of(found["list"]):
            yield found["act"], article
    for act, article in _SECTION.findall(text):
        if article:
            yield act, article


def unknown_citations(text: str, known: Known) -> Iterator[str]:
    """Yield what a text cites and the reviewed table does not have."""
    for act in _ACT.findall(text):
        if act not in known.acts:
            yield act
    for act, article in citations_in(text):
        if not known.has(act, article):
            yield f"{act} Art. {article}"


def articles_of(listed: str) -> Iterator[str]:
    """Yield the articles of a list: `15(4)-(5), 17` is three, `86 to 88` as well."""
    before = ""
    for join, text in _STEP.findall(listed):
        article = before.partition("(")[0] + text if text.startswith("(") else text
        if join in {" to ", "-", "\u2013"} and before.isdigit() and article.isdigit():
            yield from map(str, range(int(before) + 1, int(article)))
        yield article
        before = article
