"""Read the period of pay: next to an amount, and in words about pay.

The nouns and the forms with "per" ("pro Monat", "/mies.", "al mese") come from CLDR (`cldr.py`).
No library has the adjectives, nor the words for pay and period in one ("Stundenlohn").
"""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.items import Period
from crawler.read.cldr import tables

_NOUNS: dict[Period, str] = {  # short forms and cases that CLDR lacks
    "hour": r"hours?|hrs?|h|std\.?|stunde|heure|hora|uur|godz\.?|godzinę|hod\.?|hodinu|timme|tim"
    r"|time|timen|ora|oră",
    "day": r"(?:working |business |work)?days?|tag|jour|día|dag|dagen|dzień|den|zi|giorno|dia",
    "week": r"weeks?|wk|woche|semaine|semana|tydzień|týden|vecka|veckan|uge|ugen|uke|săptămână"
    r"|settimana",
    "month": r"months?|mo|mth|monat|mois|mes|maand|mies\.?|m-c|miesiąc|měs\.?|měsíc|månad|månaden"
    r"|kk|hó|mån\.?|måned|måneden|md\.?|lună|mese|mês",
    "year": r"years?|annum|yrs?|jahr|an|année|año|jaar|rok|år|året|anno|ano",
}
# neither "bi-weekly" nor "semi monthly" nor "half-yearly"
_NOT_PART = r"(?<!bi[- ])(?<!semi[- ])(?<!half[- ])"
_ADJECTIVES: dict[Period, str] = {
    "hour": r"hourly|stündlich\w{0,2}|horaires?|hodinov\w{1,2}|godzinow\w{1,2}|orari[ao]"
    r"|p\.\s?h\.?|p/h|ph",
    "day": r"daily|täglich\w{0,2}|journali\w{2,4}|dzienn\w{1,2}|p\.\s?d\.|p/d|(?<=\d)pd",
    "week": _NOT_PART + r"weekly|wöchentlich\w{0,2}|hebdomadaires?|semanal(?:es)?|tygodniow\w{1,2}",
    "month": _NOT_PART + r"monthly|monatlich\w{0,2}|mensuel(?:le)?s?|mensual(?:es)?"
    r"|mensil[ei]|mensa(?:l|is)"
    r"|maandelijkse?|miesięczn\w{1,2}|měsíčn\w{1,5}|månatlig\w{0,2}|månadsvis|månedlig\w{0,2}"
    r"|lunar[ăe]?",
    "year": _NOT_PART + r"(?:annual(?:ly|i[sz]ed)?|yearly)|p\.\s?a\.?|pa|jährlich\w{0,2}"
    r"|annuel(?:le)?s?|anual(?:es|mente|ă)?"
    r"|anuais|annu(?:[aio]|ale|ali)|jaarlijkse?|roczn\w{1,2}|ročn\w{1,5}|årlig\w{0,2}",
}
_COMPOUNDS: dict[Period, str] = {  # pay and its period in one word
    "hour": r"stunden(?:lohn|satz|vergütung)|uur(?:loon|tarief)|timlön|timelønn?|taux horaire"
    r"|tuntipalkka|時給|时薪|시급",
    "day": r"tagess[aä]tze?|tjm|(?:man-?)?day rate|dagtarief|日給",
    "week": r"wochenlohn|weekloon",
    "month": r"(?:brutto)?monats(?:brutto)?(?:gehalt|lohn)|maand(?:salaris|loon)|månadslön"
    r"|månedslønn?|kuukausipalkka|月給|月収|月額|月薪|월급",
    "year": r"(?:brutto)?jahres(?:brutto|ziel|grund)?(?:gehalt|lohn|vergütung|einkommen)"
    r"|jaar(?:salaris|loon)|årslön|årslønn?|vuosipalkka|RAL|CTC"
    r"|年収|年俸|年薪|연봉",
}
PAY_NOUNS = (  # nouns that take a period
    r"pay|salar(?:y|ies)|wages?|rates?|range|compensation|comp|remuneration|stipend|earnings"
    r"|income|base|OTE|CTC|cash"
    r"|(?:brutto|grund|basis|mindest)?(?:gehalt|lohn|entgelt|vergütung)|salaires?|rémunération|gratification"
    r"|salario|sueldo|retribución|remuneración"
    r"|salaris|loon|wynagrodzeni[ea]|pensja|stawka|mzd[ay]|plat|(?:grund)?lön|(?:grund"
    r"|basis)?løn{1,2}(?:en)?|salari(?:u|ul)"
    r"|retribuzione|stipendio|paga|salário|remuneração|vencimento"
)
_WITH = (
    r"(?:\s{0,2}/\s{0,2}(?:per\s)?|\s(?:per|an?|each|every|pro|je|die|im|par|por|al?|à la|la|de"
    r"|pr\.|na|za|pe|om|i|ao?|o|all"
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
    """Return the period of a match of `attached_pattern`."""
    return next((period for period in _NOUNS if match[period]), None)


@lru_cache(maxsize=1)
def attached_pattern() -> str:
    """Return a pattern for a period after an amount: "/yr", "per hour", "pro Monat", "annually".

    It has a group for each period.
    """
    parts = []
    for period, short in _NOUNS.items():
        named = tables().units[period]
        noun = "|".join([short, *sorted(map(re.escape, named.nouns), key=len, reverse=True)])
        per = "|".join(sorted(map(re.escape, named.forms), key=len, reverse=True))
        bare = "|(?-i:hrs?)" if period == "hour" else ""  # "$45 hr", but not "$500 HR budget"
        each = rf"(?:\s{{0,2}}/\s{{0,2}}|\s|(?<=[\dk]))(?:{_ADJECTIVES[period]}{bare})"
        behind = rf"{_WITH}(?:{noun})|\s{{0,2}}(?:{per})|{each}"
        parts.append(rf"(?P<{period}>(?:{behind})(?![^\W_])|/(?:{_CJK[period]}))")
    return rf"(?:{'|'.join(parts)})"


def period_of_pay(words: str) -> Period | None:
    """Return the last period of pay in these words: "annual base salary", "Stundenlohn"."""
    last = None
    for match in _pay_with_period().finditer(words):
        last = match
    return _last_period(last[0]) if last else None


def period_in_title(title: str) -> Period | None:
    """Return the one period in the title of a pay range: "Annual Salary, Zone 1". Else None."""
    named = {match.lastgroup for match in _any_period().finditer(title)}
    return next((period for period in _NOUNS if named == {period}), None)


def _last_period(words: str) -> Period | None:
    last = None
    for match in _any_period().finditer(words):
        last = match
    return next((period for period in _NOUNS if last and last.lastgroup == period), None)


@lru_cache(maxsize=1)
def _any_period() -> re.Pattern[str]:
    """Return a pattern for any word that names a period."""
    begin, end = r"(?<![^\W_])", r"(?![^\W_])"
    per = _WITH.replace(r"\s(?:per", rf"{begin}(?:per")
    parts = (
        rf"(?P<{period}>{begin}(?:(?:{_ADJECTIVES[period]}){end}|(?:{_COMPOUNDS[period]}))"
        rf"|{per}(?:{nouns}){end})"
        for period, nouns in _NOUNS.items()
    )
    return re.compile("|".join(parts), re.IGNORECASE)


@lru_cache(maxsize=1)
def _pay_with_period() -> re.Pattern[str]:
    adjectives, compounds = "|".join(_ADJECTIVES.values()), "|".join(_COMPOUNDS.values())
    nouns = "|".join(_NOUNS.values())
    words = r"(?:[\s/-]{1,3}(?:[^\W\d_]|\.){1,20}){0,3}?"
    begin, end = r"(?<![^\W_])", r"(?![^\W_])"
    return re.compile(
        rf"{begin}(?:{adjectives}){end}{words}[\s/-]{{1,3}}(?:{PAY_NOUNS}){end}"
        rf"|{begin}(?:{PAY_NOUNS}){end}(?:\s[^\W\d_]{{1,20}}){{0,2}}?[\s(:,/-]{{1,3}}"
        rf"(?:{adjectives}){end}"
        rf"|{begin}(?:{PAY_NOUNS}){end}(?:\s[^\W\d_]{{1,20}}){{0,2}}?(?:\s\()?{_WITH}"
        rf"(?:{nouns}){end}"
        rf"|{begin}(?:{compounds})",
        re.IGNORECASE,
    )
