"""Cost of ending a line or a cue between two words, by punctuation and language."""

from __future__ import annotations

from dataclasses import dataclass


def _words(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


# Costs of a break, in ascending order.
SENTENCE = 0.0
CLAUSE = 2.0
BEFORE_CONJUNCTION = 3.0
BEFORE_PREPOSITION = 4.5
PLAIN = 6.0
AFTER_BOUND_WORD = 12.0
NEVER = 40.0

_SENTENCE_ENDS = ".?!…。！？｡؟।"
_CLAUSE_ENDS = ",;:–—،、，；："
_CLOSING = "\"'”’»)]}」』）】〉》›"
_OPENING = "\"'“‘«([{「『（【〈《‹¿¡"
# Characters that must not be alone at the start of a line.
_NOT_FIRST = frozenset(
    _SENTENCE_ENDS + _CLAUSE_ENDS + "%)]}”’»」』）】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
) - {"–", "—"}
_NOT_LAST = frozenset("“‘«([{「『（【〈《¿¡")
_AROUND = _SENTENCE_ENDS + _CLAUSE_ENDS + _CLOSING + _OPENING
_ABBREVIATIONS = _words(
    "mr mrs ms dr prof st jr sr sra srta vs e.g i.e mme mlle mm hr fr bzw z.b d.h sig dott ud uds nr"
)
_UNSPACED_LANGUAGES = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km"})
# Thai and Lao; Burmese; Khmer; CJK punctuation and kana; Han; its compatibility forms; full-width; rare Han.
_UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3000, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFF9F),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True)
class _WordTable:
    conjunctions: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()


def _table(conjunctions: str, articles: str, prepositions: str) -> _WordTable:
    return _WordTable(_words(conjunctions), _words(articles), _words(prepositions))


_TABLES = {
    "en": _table(
        "and but or nor so yet because although though while if unless until when where which who that",
        "a an the my your his her its our their this these those",
        "of in to for with on at by from about into over after before under between through against during "
        "without as than towards within",
    ),
    "fr": _table(
        "et mais ou où donc or ni car que qui quand lorsque puisque parce si comme dont quoique afin tandis",
        "le la les un une des du au aux mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs "
        "ce cet cette ces",
        "de à en dans par pour sur sous avec sans chez vers entre contre depuis pendant avant après",
    ),
    "es": _table(
        "y e o u pero sino ni porque aunque que quien cuando donde si mientras pues como",
        "el la los las un una unos unas lo mi mis tu tus su sus nuestro nuestra este esta estos estas ese "
        "esa del al",
        "de a en con por para sin sobre entre hasta desde hacia contra según tras durante ante bajo",
    ),
    "de": _table(
        "und oder aber denn sondern dass weil obwohl wenn als ob damit während bevor nachdem wo",
        "der die das den dem des ein eine einen einem einer eines mein meine dein deine sein seine ihr ihre "
        "unser unsere dieser diese dieses im am zum zur vom beim ins ans",
        "in an auf aus bei mit nach von zu für über unter vor hinter neben zwischen durch gegen ohne um "
        "seit bis",
    ),
    "it": _table(
        "e ed o ma però perché che chi quando dove se mentre anche né oppure quindi come",
        "il lo la i gli le un uno una del dello della dei degli delle al allo alla ai agli alle nel nella "
        "nei sul sulla dal dalla mio mia tuo tua suo sua nostro nostra questo questa",
        "di a da in con su per tra fra senza sotto sopra verso contro durante dopo prima",
    ),
    "pt": _table(
        "e ou mas porém nem porque que quem quando onde se enquanto embora pois como",
        "o a os as um uma uns umas do da dos das no na nos nas ao à aos às pelo pela meu minha seu sua nosso "
        "nossa este esta esse essa",
        "de em com por para sem sobre entre até desde contra após durante perante sob",
    ),
}
_NO_TABLE = _WordTable()


def is_unspaced(character: str) -> bool:
    """True for scripts that put no space between words and may break between any two characters."""
    code = ord(character)
    return code >= 0x0E00 and any(first <= code <= last for first, last in _UNSPACED_RANGES)


def glue_between(left: str, right: str, language: str | None) -> str:
    """Separator of two neighbouring words of a line: a space, or nothing."""
    unspaced = (is_unspaced(left[-1]), is_unspaced(right[0]))
    if all(unspaced) or (any(unspaced) and language in _UNSPACED_LANGUAGES):
        return ""
    return " "


def _ends_sentence(left: str) -> bool:
    core = left.rstrip(_CLOSING)
    return core.endswith(tuple(_SENTENCE_ENDS)) and not _is_abbreviation(core)


def _is_abbreviation(core: str) -> bool:
    bare = core.strip(_OPENING).removesuffix(".")
    initial = len(bare) == 1 and bare.isalpha() and bare.isupper()
    return core.endswith(".") and (initial or bare.casefold() in _ABBREVIATIONS)


def break_cost(left: str, right: str, same_word: bool, language: str | None) -> float:
    """The cost of a break between neighbours; `same_word` is true for two parts of one long word."""
    unspaced = is_unspaced(left[-1]) or is_unspaced(right[0])
    stray_mark = right[0] in _NOT_FIRST and (is_unspaced(right[0]) or not any(map(str.isalnum, right)))
    if left[-1] in _NOT_LAST or stray_mark or (same_word and not unspaced):
        return NEVER
    if _ends_sentence(left):
        return SENTENCE
    if left.rstrip(_CLOSING).endswith(tuple(_CLAUSE_ENDS)) or right[0] in "¿¡":
        return CLAUSE
    table = _TABLES.get(language or "", _NO_TABLE)
    before = left.strip(_AROUND).casefold()
    after = right.strip(_AROUND).casefold()
    bound = before in table.articles or before in table.prepositions or before in table.conjunctions
    if bound or _is_abbreviation(left) or (left[-1].isdigit() and right[0].isdigit()):
        return AFTER_BOUND_WORD
    if after in table.conjunctions:
        return BEFORE_CONJUNCTION
    return BEFORE_PREPOSITION if after in table.prepositions else PLAIN
