"""For how long pay is paid: the period attached to an amount, and the period that words give to pay.

CLDR, by way of Babel, has the nouns and the forms with "per" of each language ("pro Monat",
"/mies.", "al mese"). The adjectives, and the words that mean pay and a period at once
("Stundenlohn"), are in no library and stand here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale

from crawler.items import Period

_LANGUAGES = ("en", "de", "fr", "es", "nl", "pl", "cs", "sv", "da", "nb", "ro", "it", "pt")
_NOUNS: dict[Period, str] = {  # short forms and cases of nouns, which CLDR lacks
    "hour": r"hours?|hrs?|h|std\.?|stunde|heure|hora|uur|godz\.?|godzinę|hod\.?|hodinu|timme|tim|time|timen|ora|oră",
    "day": r"(?:working |business |work)?days?|tag|jour|día|dag|dagen|dzień|den|zi|giorno|dia",
    "week": r"weeks?|wk|woche|semaine|semana|tydzień|týden|vecka|veckan|uge|ugen|uke|săptămână|settimana",
    "month": r"months?|mo|mth|monat|mois|mes|maand|mies\.?|m-c|miesiąc|měs\.?|měsíc|månad|månaden|mån\.?|måned|måneden|md\.?|lună|mese|mês",
    "year": r"years?|annum|yrs?|jahr|an|année|año|jaar|rok|år|året|anno|ano",
}
_ADJECTIVES: dict[Period, str] = {
    "hour": r"hourly|stündlich\w{0,2}|horaires?|hodinov\w{1,2}|godzinow\w{1,2}|orari[ao]|p\.\s?h\.?|ph",
    "day": r"daily|täglich\w{0,2}|journali\w{2,4}|dzienn\w{1,2}|p\.\s?d\.",
    "week": r"(?<!bi[- ])weekly|wöchentlich\w{0,2}|hebdomadaires?|semanal(?:es)?|tygodniow\w{1,2}",
    "month": r"(?<!bi[- ])(?<!semi-)monthly|monatlich\w{0,2}|mensuel(?:le)?s?|mensual(?:es)?|mensil[ei]|mensa(?:l|is)"
    r"|maandelijkse?|miesięczn\w{1,2}|měsíčn\w{1,5}|månatlig\w{0,2}|månadsvis|månedlig\w{0,2}|lunar[ăe]?",
    "year": r"(?<!bi[- ])(?:annual(?:ly|i[sz]ed)?|yearly)|p\.\s?a\.?|pa|jährlich\w{0,2}|annuel(?:le)?s?|anual(?:es|mente|ă)?"
    r"|anuais|annu(?:[aio]|ale|ali)|jaarlijkse?|roczn\w{1,2}|ročn\w{1,5}|årlig\w{0,2}",
}
_COMPOUNDS: dict[Period, str] = {  # pay and its period in one word
    "hour": r"stunden(?:lohn|satz|vergütung)|uur(?:loon|tarief)|timlön|timelønn?|taux horaire|tuntipalkka|時給|时薪|시급",
    "day": r"tagess[aä]tze?|tjm|(?:man-?)?day rate|dagtarief|日給",
    "week": r"wochenlohn|weekloon",
    "month": r"monats(?:brutto)?(?:gehalt|lohn)|maand(?:salaris|loon)|månadslön|månedslønn?|kuukausipalkka|月給|月収|月薪|월급",
    "year": r"jahres(?:brutto|ziel|grund)?(?:gehalt|lohn|vergütung|einkommen)|jaar(?:salaris|loon)|årslön|årslønn?|vuosipalkka|RAL|CTC"
    r"|年収|年俸|年薪|연봉",
}
HEADS = (  # what a period can be said of
    r"pay|salar(?:y|ies)|wages?|rates?|range|compensation|comp|remuneration|stipend|earnings|income|base|OTE|cash"
    r"|(?:brutto|grund|basis|mindest)?(?:gehalt|lohn|entgelt|vergütung)|salaires?|rémunération|salario|sueldo|retribución|remuneración"
    r"|salaris|loon|wynagrodzeni[ea]|pensja|stawka|mzd[ay]|plat|(?:grund)?lön|(?:grund|basis)?løn{1,2}(?:en)?|salari(?:u|ul)"
    r"|retribuzione|stipendio|paga|salário|remuneração|vencimento"
)
_WITH = (
    r"(?:\s{0,2}/\s{0,2}(?:per\s)?|\s(?:per|an?|each|every|pro|je|die|im|par|por|al?|à la|la|de|pr\.|na|za|pe|om|i|ao?|o|all"
    r"|en)\s(?:one\s)?"
    r"|\s(?:all|de l|à l|l)['\u2019])"
)
_CJK = {
    "hour": "時間|小时|시간",
    "day": "日|天",
    "week": "週|周",
    "month": "月|개월",
    "year": "年|년",
}


def period_after(match: re.Match[str]) -> Period | None:
    """The period of a match of `attached_pattern`."""
    return next((period for period in _NOUNS if match[period]), None)


@lru_cache(maxsize=1)
def attached_pattern() -> str:
    """An expression for a period behind an amount, a group for each: "/yr", "per hour", "pro Monat", "annually"."""
    parts = []
    for period, short in _NOUNS.items():
        nouns, forms = _babel(period)
        noun = "|".join([short, *sorted(map(re.escape, nouns), key=len, reverse=True)])
        per = "|".join(sorted(map(re.escape, forms), key=len, reverse=True))
        behind = rf"{_WITH}(?:{noun})|\s{{0,2}}(?:{per})|(?:\s|(?<=[\dk]))(?:{_ADJECTIVES[period]})"
        parts.append(rf"(?P<{period}>(?:{behind})(?![^\W_])|/(?:{_CJK[period]}))")
    return rf"(?:{'|'.join(parts)})"


def period_of_pay(words: str) -> Period | None:
    """The period that these words give to pay, the last of several: "annual base salary", "salary per year", "Stundenlohn"."""
    found = None
    for match in _of_pay().finditer(words):
        found = match
    return _named(found[0]) if found else None


def period_in_title(title: str) -> Period | None:
    """The period that a title of a range of pay names anywhere: "Hourly", "Annual Salary, Zone 1"; None for two of them."""
    named = {match.lastgroup for match in _words().finditer(title)}
    return next((period for period in _NOUNS if named == {period}), None)


def _named(words: str) -> Period | None:
    found = None
    for match in _words().finditer(words):
        found = match
    return next((period for period in _NOUNS if found and found.lastgroup == period), None)


@lru_cache(maxsize=1)
def _words() -> re.Pattern[str]:
    """Any word that names a period."""
    begin, end = r"(?<![^\W_])", r"(?![^\W_])"
    per = _WITH.replace(r"\s(?:per", rf"{begin}(?:per")
    parts = (
        rf"(?P<{period}>{begin}(?:(?:{_ADJECTIVES[period]}){end}|(?:{_COMPOUNDS[period]}))|{per}(?:{nouns}){end})"
        for period, nouns in _NOUNS.items()
    )
    return re.compile("|".join(parts), re.IGNORECASE)


@lru_cache(maxsize=1)
def _of_pay() -> re.Pattern[str]:
    adjectives, compounds = "|".join(_ADJECTIVES.values()), "|".join(_COMPOUNDS.values())
    nouns = "|".join(_NOUNS.values())
    words = r"(?:[\s/-]{1,3}(?:[^\W\d_]|\.){1,20}){0,3}?"
    begin, end = r"(?<![^\W_])", r"(?![^\W_])"
    return re.compile(
        rf"{begin}(?:{adjectives}){end}{words}[\s/-]{{1,3}}(?:{HEADS}){end}"
        rf"|{begin}(?:{HEADS}){end}(?:\s[^\W\d_]{{1,20}}){{0,2}}?[\s(:,/-]{{1,3}}(?:{adjectives}){end}"
        rf"|{begin}(?:{HEADS}){end}(?:\s[^\W\d_]{{1,20}}){{0,2}}?(?:\s\()?{_WITH}(?:{nouns}){end}"
        rf"|{begin}(?:{compounds})",
        re.IGNORECASE,
    )


def _babel(period: Period) -> tuple[set[str], set[str]]:
    """The nouns of a period, and its forms with "per", in all languages."""
    nouns: set[str] = set()
    forms: set[str] = set()
    for language in _LANGUAGES:
        # Babel formats with it, and has no other door
        lengths = Locale(language)._data["unit_patterns"][f"duration-{period}"]  # noqa: SLF001
        for length in ("long", "short"):
            for form, pattern in lengths[length].items():
                words = (
                    re.sub(r"[\s\xa0\u202f]", " ", pattern.replace("{0}", ""))
                    .strip()
                    .removeprefix("de ")
                )
                if len(words) > 3:  # "/M" may be a million, "d." a date  # noqa: PLR2004
                    (forms if form == "per" else nouns).add(words)
    return nouns, forms
