"""Find cues that announce a deadline: "Application deadline", "closes on", "apply by"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

_ENGLISH = (
    r"\b(?:applications?|apply|applying|submissions?|closing)\s(?:deadline|close[sd]?|closing date"
    r"|window|period|dates|due date"
    r"|end date)\b"
    r"|\bclosing date\b"
    r"|\blast application (?:date|day)\b|(?:\bfinal |^)filing (?:date|deadline)(?=\s?:)"
    r"|\baccept(?:ing)? applications\s(?:for (?:this|the) (?:role|position|job|post)\s)?"
    r"(?:until|till|through|up to)\b"
    r"|\bclos(?:e|ing) applications\b(?!\sbefore\b)"
    r"|\b(?:look(?:ing)? forward to|need|expect|complete|make) your application before\b"
    r"|\b(?:submit|send|e-?mail|forward)\s(?:us\s)?(?:(?:your|their|an?)\s)?(?:\w{1,12}\s)?"
    r"(?:application|cv|resume|résumé)s?(?:\s(?:and\s(?:a\s|your\s)?(?:cover letter|cv|resume)s?"
    r"|online|here|to \S{1,40}@\S{1,40}"
    r"|to us|by e-?mail|via e-?mail)){0,3}\s(?:by|before|until|no later than)\b"
    r"|\bto apply,?\s(?:please\s)?(?:e-?mail|write to|send)\b[^.\n\d]{0,40}?\b(?:by|before)\b"
    r"|\brecruitment\s(?:will\s)?closes?\b|\bwindow to apply (?:will )?(?:ends?|closes?)\b"
    r"|\b(?:posting|listing|advert|advertising|vacancy)\s(?:deadline|close[sd]?"
    r"|closing date|window|due date"
    r"|end date)\b"
    r"|(?:^|[.!?:•|(\u2013-]\s|\b(?:final|new|extended|hard|strict|our|the)\s)deadline\b(?=\s?:"
    r"|\s(?:to (?:apply|submit)|for|is|was"
    r"|has)\b)|^deadline\b"
    r"|\bdeadline\s(?:to (?:apply|submit)"
    r"|for (?:(?:the )?receipt of |receiving )?(?:appl|submi)\w+)"
    r"|\bapply\s(?:as soon as possible(?:,? (?:and|but))?,?\s)?(?:by|(?:on or\s)?before|until"
    r"|between|from|no later than)\b|\blast (?:date"
    r"|day) (?:to (?:apply|submit)|(?:for|of) applications?"
    r"|for (?:the )?(?:receipt|submission) of applications?)\b|(?:^|[.;|•]\s)last date(?=\s?:)"
    r"|\b(?:final|last) (?:date|day) to receive applications\b"
    r"|(?:^|[|•]\s)clos(?:ing|es)(?=\s?:)|\bapplications?\s(?:by|until|no later than"
    r"|(?:(?:must|should) be )?in by)\b"
    r"|\b(?:applications?|resumes?|cvs?)\s(?:will\s(?:be\s)?(?:accepted|close)|close[sd]?"
    r"|(?<=only applications )(?:received|submitted) (?:by|before)"
    r"|for (?:the|this|our)\s(?:[\w-]{1,12}\s){0,4}?(?:cohort|fellowship)\s(?:will\s)?closes?"
    r"|[^.\n\d]{0,30}?\brolling basis (?:until|till|through)|(?:must|should|to)"
    r" (?:be (?:received|submitted)|reach us)|(?:are\s)?(?:due|accepted)"
    r"|(?:are\s|will\s)?open\s(?:on|from|between|until|till|through))\b"
    r"|\b(?:posting|vacancy|competition|advert|requisition)\b[^.\n]{0,80}?"
    r"\b(?:closes?|closing|expires?|(?:open|accepted|posted) (?:until|through))\b"
    r"|\b(?:window|role|position|job|opportunity|call)(?:\s(?:is|are|will|be|to|for|this|the|our|role|position"
    r"|opening|job|anticipated|expected"
    r"|scheduled|currently|set|intended|planned|due|and|remains?"
    r"|stays?|likely|it|only|now)){0,12}\s(?:closes?|closing|open (?:to (?:applicants"
    r"|applications) )?until|accepted until|posted until)\b"
    r"|(?:^|[.;|•]\s|\d{4}\s)(?:job |anticipated |requisition )?close date(?=\s?:)"
    r"|(?:^|[.;|•]\s)(?:job )?(?:expir(?:y|ation) date|expires)(?=\s?:)"
    r"|\bapplication closing(?=\s?:)"
    r"|截止日期|応募(?:締切|期限)|締め切り|마감일?"
)
_GERMANIC = (
    r"\bbewerbungs(?:frist|schluss|ende|zeitraum)\b|\b(?:bewirb"
    r"|bewerb)(?!ungsgespr)\w{0,12}[^.\n]{0,50}?\b(?:bis|vor)\b"
    r"|\b(?:sende|schicke|reiche)n?\b[^.\n\d]{0,20}?"
    r"\b(?:ihren?|deinen?)\b[^.\n\d]{0,20}?\b(?:unterlagen|lebenslauf)\b[^.\n\d]{0,40}?\bbis\b"
    r"|(?:^|\s)frist(?=\s?:)"
    r"|\bausschreibung endet\b|\bvacature sluit\b|\bsluitingsdatum\b"
    r"|\b(?:sollicit|reageer|reageren)\w{0,10}[^.\n]{0,40}?\b(?:tot|uiterlijk"
    r"|vóór|voor)\b|\breageer\w{0,3}\b"
    r"|\bsollicitatietermijn\b"
    r"|\bsista (?:ansöknings|anmälnings)?(?:dag(?:en)?|datum(?:et)?)\b"
    r"(?:\s(?:att|för) ansök\w{0,4})?"
    r"|\b(?:ansök\w{0,6}|söks?|du söker)\b(?:[^.!?\n]|\.(?=\w)){0,80}?\b(?:senast|innan|före)\b"
    r"|\b(?:ansøgnings|søknads)frist(?:en)?\b|\b(?:ansøg|søknad"
    r"|søk)\w{0,6}[^.\n]{0,40}?\b(?:senest|innen|inden)\b"
)
_ROMANCE = (
    r"\bdate\s(?:limite|de clôture)(?:\s(?:de|des|pour)\s[^.\n:\d]{0,40}?)?(?=\s?[:\d]|\sest|\sle"
    r"|\sau)|\bclôture des candidatures\b"
    r"|\b(?:candidat|postul)\w{0,8}[^.\n]{0,40}?\b(?:jusqu['\u2019]au|avant le)"
    r"|\b(?:adresse[rz]|envoye[rz]|transmett(?:re|ez)|parvenir)\b[^.\n\d]{0,30}?\b(?:cv|candidature)\b"
    r"[^.\n\d]{0,50}?\b(?:jusqu['\u2019]au|avant le|au plus tard le)\b"
    r"|\bcierre de (?:la )?(?:convocatoria|inscripci\w{2,5})\b"
    r"|\bfecha (?:límite|limite|de cierre|tope)\b|\b(?:plazo|candidaturas?|solicitud(?:es)?"
    r"|postula\w{0,6}|inscripci\w{2,5}"
    r"|aplica\w{0,4})\b[^.\n]{0,50}?"
    r"\b(?:hasta|antes del|termina|finaliza|cierra|vence)\b"
    r"|\bscadenza\b(?:\s(?:per le |delle |della )?(?:candidatur[ae]|domand[ae]|presentazione))?"
    r"|\b(?:candida\w{0,6}"
    r"|domand[ae])\b[^.\n]{0,50}?\bentro\b"
    r"|\bdata[- ]limite\b|\btermine (?:ultimo|per)\b(?:\s(?:la|le|l['\u2019])?\s?(?:presentazione"
    r"|candidatur\w"
    r"|invio)(?:\s\w{2,5}\s\w{5,12})?)?|\bplazo(?=\s?:)|\bprazo\b(?=\s?:|\s(?:de|para"
    r"|das)\s(?:candidatura|inscri|submiss))|\b(?:candidat"
    r"|inscriç)\w{0,6}[^.\n]{0,40}?\baté\b"
    r"|\b(?:data|termen(?:ul)?) limit[ăa]\b|\btermen(?:ul)? de (?:aplicare|depunere)\b|\b(?:aplic"
    r"|candidatur"
    r"|depun)\w{0,8}\b[^.\n]{0,40}?\bpână\b"
)
_SLAVIC = (
    r"\btermin (?:składania|nadsyłania|przesyłania|aplikowania)\b|\b(?:aplikuj|aplikacje"
    r"|zgłoszenia|oferty|CV)\b[^.\n]{0,40}?\bdo\b"
    r"|\bogłoszenie (?:ważne|aktywne) do\b"
    r"|\buzávěrka\b(?:\spřihlášek)?|\b(?:přihlášk|životopis)\w{0,3}\b[^.\n]{0,40}?\bdo\b"
    r"|\b(?:hlaste|přihlaste) se do\b"
    r"|\btermín (?:pro )?(?:podání|zaslání)\b"
    r"|\bhaku(?:aika)? päättyy\b|\bviimeinen hakupäivä\b"
)
_STEMS = (
    (
        "deadline|clos|expir|apply|accepted|due|end date|submit|received|application|window|until"
        "|cv|resume|last date|posted through|open through|filing"
        "|截止|締|期限|마감"
    ),
    (
        "bewerb|bewirb|frist|sluiting|sollicit|reageer|reageren|sista |senast|innan|före|senest"
        "|innen|inden|ansök|unterlagen|lebenslauf|ausschreibung|vacature sluit"
    ),
    (
        "limit|límit|clôture|jusqu|avant le|cierre|tope|hasta|antes del|termina|finaliza|cierra"
        "|vence|scadenza|entro|prazo|plazo|até|până"
        "|termen|termine |au plus tard"
    ),
    (
        "składania|nadsyłania|przesyłania|aplikowania|aplikuj|aplikacje|zgłoszenia|oferty|cv"
        "|ogłoszenie|uzávěrka|přihlá|životopis|hlaste"
        "|podání|zaslání|haku"
    ),
)
# each pattern with stems in lower case; every match contains one of them, and a search for the
# stems first keeps reading quick
_CUES = tuple(
    (stems.split("|"), re.compile(cue, re.IGNORECASE | re.MULTILINE))
    for stems, cue in zip(_STEMS, (_ENGLISH, _GERMANIC, _ROMANCE, _SLAVIC), strict=True)
)
_OTHER_END = re.compile(  # things with an end of their own; a cue about them announces no deadline
    r"\b(?:not|contract|assignment|project|programme|program|internship|employment|temporary"
    r"|fixed[- ]term|interim|funding|office|offices"
    r"|store|deal|round"
    r"|befristet\w*|vertrag|contrat|contrato|contratto|pourvoir|disponibles?|tax|starts?)\b",
    re.IGNORECASE,
)
# before a cue: an earliest day, a day that is no limit, the deadline of something else
_NO_DEADLINE = re.compile(
    r"\b(?:earliest|at least|no earlier than)\s(?:possible\s)?$"
    r"|(?:\bnot|\bcannot|n['\u2019]t|\bif you)\s$"
    r"|\b(?:priority|early|preferred|first[- ]round)\s$"
    r"|\b(?:respond(?:ing)? to|reply to|review(?:ing)?|process(?:ing)?|assess(?:ing)?"
    r"|screen(?:ing)?)\s(?:all\s|your\s|the\s)?$"
    r"|\b(?:papers?|abstracts?|manuscripts?|proposals?|bids?|tenders?|grants?|reports?|visa|h-?1b"
    r"|tax|conference|enrol?lment|quarter|month|deal|loan|real estate)\s$",
    re.IGNORECASE,
)
_BEFORE_CUE = 24  # characters before a cue that may hold "at least"
MAX_CUES = 40  # a limit for hostile texts


def _possible_patterns(text: str) -> list[re.Pattern[str]]:
    """Return the patterns that have a stem in the text. The others cannot match."""
    lowered = text.lower()
    return [pattern for stems, pattern in _CUES if any(stem in lowered for stem in stems)]


def find_cues(line: str, parts: Iterable[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Yield the cues in these parts of a line, in order."""
    filled = [(begin, end) for begin, end in parts if begin < end]
    possible = _possible_patterns(line) if filled else ()
    matches = (
        match
        for begin, end in filled
        for pattern in possible
        for match in pattern.finditer(line, begin, end)
    )
    for cue in sorted(islice(matches, MAX_CUES), key=lambda match: match.start()):
        before = line[max(0, cue.start() - _BEFORE_CUE) : cue.start()]
        if not _OTHER_END.search(cue[0]) and not _NO_DEADLINE.search(before):
            yield cue
