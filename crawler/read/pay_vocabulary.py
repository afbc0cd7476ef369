"""Patterns of words that call an amount pay, total pay or other money, in over eleven languages."""

from __future__ import annotations

import re

_BEGIN, _END = r"(?<![^\W_])", r"(?![^\W_])"


def _words(*expressions: str) -> re.Pattern[str]:
    return re.compile(rf"{_BEGIN}(?:{'|'.join(expressions)}){_END}", re.IGNORECASE)


_ENGLISH_PAY = (
    r"salar(?:y|ies)|wages?|remuneration|compensation|OTE|on[- ]target|earnings?|(?:fixed|gross"
    r"|net|take-home) income|rate of pay"
    r"|comp(?=\s?:)|(?:pay|contract|freelance|hourly|daily|weekly|monthly|day) rates?|rate(?=\s?:)"
    r"|(?:the|our) rate(?= is| of| for)|(?:hourly|annual|yearly"
    r"|monthly) range|CTC|cost to company"
    r"|(?:base|annual|hourly|weekly|monthly|our|cash|expected|local|starting|the|target|total"
    r"|guaranteed|fixed|gross|base|take-home) pay"
    r"|(?:base|(?<!equity )(?<!stock )(?<!relocation )(?<!benefits )package)(?=\s?:| of\s*$)"
    r"|base(?= of| range| pay| is|\s*$)|pay (?:range|rate|band|scale"
    r"|grade|zone|transparency|is|of|for|between|starts?"
    r"|begins?|ranges?|from)"
    r"|(?:position|role|job|internship) (?:that )?(?:(?:will )?pays?(?= \D{0,12}$|\s?[^\w\s])"
    r"|starts at)"
    r"|(?:total cash|target cash)(?=\s?:)|basic(?=\s*$)|hiring ranges?"
    r"|(?:interns|fellows|trainees|apprentices|residents|scholars)(?: are paid| will be paid"
    r"|(?: will)? (?:earn|receive a stipend)"
    r"|(?=:\s*$))"
    r"|paid (?:internship|fellowship|apprenticeship|traineeship)(?=\W{0,3}$)"
    r"|pay(?=\s*(?:\([^():\d]{2,20}\)\s*)?:)"
    r"|^\W{0,3}(?:(?:pay|earn)(?=\s*$| up to| from| between)|stipend(?=\s*:))"
    r"|range for (?:this"
    r"|the) (?:[\w-]{1,12} ){0,4}?(?:role|position|job"
    r"|opening|post|fellowship)|(?:base|weekly|monthly|annual|internship|fellowship"
    r"|living|expected|tax[- ]free|doctoral|phd) stipend(?! (?:for|to|towards?) (?!this\b|\d|living"
    r"|(?:the )?(?:role|fellow|intern|program|position|participant|student|scholar|duration)))"
    r"|we(?: will"
    r"|['\u2019]ll| expect to)? pay(?: you)?(?= \D{0,12}$|\s?[^\w\s]| (?:at|from|up|between|a ))"
    r"|you can expect to (?:earn|be paid)|we anticipate paying"
    r"|you(?:(?: will|['\u2019]ll)(?: be)?|['\u2019]re| are)? (?:paid|earn|receive a salary)"
)
_GERMANIC_PAY = (
    r"\w{0,20}(?:gehalt|gehälter|gehalts\w{1,12}|vergütung|entgelt|verdienst|salär)|(?:stunden|brutto"
    r"|monats|wochen|mindest|grund|jahres"
    r"|basis)?lohn(?:band|spanne|rahmen)?"
    r"|du verdienst|je verdient|bezahlung|fixum|wir zahlen(?= \D{0,12}$|\s?$)"
    r"|stundensatz|tagess[aä]tze?|jahreseinkommen"
    r"|\w{0,12}salaris(?:indicatie|schaal|range)?|(?:uur|maand|jaar|week|bruto|basis)loon|loon"
    r"|uurtarief"
    r"|(?:månads|års|tim|grund|ingångs|brutto)?lön(?:en|espann|eläge|eintervall)?|(?:måneds|års"
    r"|time|grund|grunn|start)?lønn?(?:en|spænd)?"
)
_ROMANCE_PAY = (
    r"salaires?|(?:gratification|indemnité de stage)(?=(?: de stage| mensuelle)?(?: de\b|\s?:))"
    r"|fixe(?=\s?(?:de|:)?\s*$)|rémunérations?|salariale|taux horaire|TJM"
    r"|package annuel|salarios?|sueldos?"
    r"|retribución|remuneración|(?:banda|rango"
    r"|franja) salarial"
    r"|retribuzione|stipendio|compenso|paga oraria|RAL|salários?|(?:faixa|banda) salarial"
    r"|remuneração|vencimento|ordenado|salari(?:u"
    r"|ul|ului)"
    r"|remunerați[ea]|venit(?:ul)?"
)
_SLAVIC_PAY = (
    r"wynagrodzeni\w{1,2}|pensj[aięy]|stawk[aięy]|zarobki|widełki|płac[aęy]|mzd[ayouě]|platu?"
    r"|platové|hrubého|hodinová sazba"
    r"|(?:kuukausi|vuosi|tunti)?palkka|fizetés|munkabér|maaş|ücret|зарплата|оклад"
)
_EAST_ASIAN_PAY = (
    r"(?<!平均)年収|年俸|月給|月収|時給|日給|給与|給料|月薪|年薪|时薪|薪资|薪酬|工资"
    r"|연봉|월급|시급|급여"
)
PAY = re.compile(
    rf"{_BEGIN}(?:{_ENGLISH_PAY}|{_GERMANIC_PAY}|{_ROMANCE_PAY}|{_SLAVIC_PAY}){_END}"
    rf"|(?:{_EAST_ASIAN_PAY})",
    re.IGNORECASE,
)
BASE = _words(r"salar(?:y|ies)|base|wages?|pay|fixed|gehalt|grundgehalt|fixum|fixe|fijo|fisso")
TOTAL = _words(
    r"OTE|on[- ]target|(?:realistic|potential|uncapped|first[- ]year) earnings"
    r"|total (?:\w+ ){0,2}(?:compensation|comp|cash|earnings|pay|remuneration"
    r"|package|rewards(?= of)|value)|TC"
    r"|zielgehalt|target cash|all-in"
)
OTHER = _words(
    r"bonus(?:es)?|commissions?|stipends?|credits?|reimburs\w*|allowances?|subsid\w+"
    r"|differentials?|budgets?|contribut\w+|match\w*"
    r"|grants?|equity|stocks?|rsus?|sign[- ]?on|signing|relocation|coverage|lifetime|401\(?k\)?"
    r"|hsa|hra|fsa|funding|funded|raised|raises?"
    r"|revenues?|spend\w*|sav(?:es?|ed|ings?)|assets?|valuation|valued|markets?"
    r"|(?<!equal )(?<!employment )opportunity|initiatives?"
    r"|merchandise|quotas?"
    r"|deals?|contracts|contract (?:value|size|worth)|acv|arr|gmv|parking"
    r"|tickets?|insur\w+|pensions?|referr?a?l?s?|tuition|donat\w+|portfolios?|invest\w+|volume"
    r"|transactions?|payments?|series [a-h]|worth"
    r"|(?:salary|pay|wage) (?:increases?|rises?|caps?|pools?|limits?|thresholds?|expectations?"
    r"|packaging)|(?:project|order) value|tips"
    r"|prizes?|awards?|fees?|costs?|deductibles?|premiums?|profits?|ebitda|aum|turnover|exploits?"
    r"|vouchers?|perks?|learning|education"
    r"|development"
    r"|home office|transit|equipment|wellness|wellbeing|gym|travel|lunch|meals?|commut\w+|childcare"
    r"|fertility|adoption|customers?|housing"
    r"|variable|incentives?",
    r"zuschuss|zuschüsse|prämien?|gutscheine?|umsatz|weiterbildung\w{0,10}|umzug\w{0,10}"
    r"|fahrtkosten\w{0,10}|boni|sachbezug|zulagen?"
    r"|\w{0,15}budget",
    r"primes?|titres?[- ]restaurants?|mutuelle|chiffre d['\u2019]affaires|remboursement|levée"
    r"|intéressement|bonos?|ayudas?|presupuesto"
    r"|facturación|seguro",
    r"buon[oi](?: pasto)?|rimbors[oi]|fatturato|premi[oi]?|bónus|bônus|subsídio|vale|cartão"
    r"|prémios?|prêmio|bonusuri|tichete|variável",
    r"reiskosten\w{0,12}|vergoeding|omzet|pensioen|premia|dofinansowani\w|budżet\w{0,2}|bony?"
    r"|stravenk\w{1,3}|příspěv\w{2,4}|odměn\w{1,3}",
    r"friskvård\w{0,10}|bidrag|omsättning|tilskud|bonussen|försäkring",
)
OTHER_BEFORE = _words(  # other money only if the amount follows them
    r"(?:federal|state|city|local|legal|statutory) minimum wage(?: is| of)?|minimum wage (?:in|to)"
    r"|(?:the|\w+['\u2019]s) minimum wage (?:is|of)"
    r"|visas?|h-?1b|sponsor\w*|(?:life|health|death|dental|income) (?:cover|assurance)|cover(?:s"
    r"|ed)? (?:of|up)"
    r"|(?:\d{1,2}(?:\.\d)?\s?[x\u00d7]|twice|double|triple|times|multiples? of)(?: your| the"
    r"| their)?(?: annual| base| basic"
    r"| gross)? ?(?:salary|pay|earnings)?"
    r"|nodes?|gpus?|clusters?|servers?|machines?|instances?|compute|tokens?|api|rents?|rental"
    r"|charges?|charged|books?|bills?|billed"
    r"|invoices?"
    r"|loans?|lends?|lending|borrow\w*|rais(?:e|ing)|fines?|penalt\w+|price[ds]?|pricing"
    r"|subscriptions?|plans? (?:at|from)|refer"
    r"|(?:our|their|of) (?:graduates|alumni|students|learners|users|customers|clients|members)"
    r"|(?:customers|clients|users|drivers|couriers|parents|patients|students|tutors|merchants"
    r"|creators|sellers|freelancers|companies"
    r"|families|members"
    r"|people|candidates|workers|providers|hosts|guests|they|who|households|teachers|nurses"
    r"|farmers)(?: [\w'\u2019]+){0,4}? (?:pay|pays"
    r"|paid|earn|earns|earned|make|makes)"
)
# an amount after these is other money, even if "salary" is nearer, until a pay range is announced
NEVER = _words(
    r"visas?|h-?1b|sponsor\w*|blue card|blauen? karte"
    r"|gehalts(?:schwelle|grenze)|(?:work|residence) permit|skilled worker|to qualify"
    r"|(?:administer|process|run)(?:ning|ing|s)?(?: the)? payroll|negotiat(?:e|es|ed|ing)"
    r"|(?:salary|pay) negotiations?"
    r"|(?:employees|workers|people|staff|teams|candidates|executives|professionals|clients|customers)"
    r" with (?:salar(?:y|ies)|wages|incomes)"
    r"|whose (?:\w+ ){0,2}(?:salar(?:y|ies)|wages|pay|incomes?)|must (?:earn|make)"
    r"|(?:determine|set|benchmark|review) (?:the )?(?:compensation|salaries|pay) for"
    r"|\d{1,3}\s?% of (?:[\w'\u2019]+ ){1,3}(?:earn|make)"
    r"|threshold|(?:life|health|death|dental"
    r"|disability) (?:cover|assurance|insurance|benefit)|insurance|AD&D|income protection"
    r"|\d{1,3}\s?% of (?:your |their |annual |base "
    r"|gross )*(?:salary|pay|earnings)"
    r"|(?:\d{1,2}(?:\.\d)?\s?[x\u00d7]|twice|double|triple|times|multiples? of)(?: your| the"
    r"| their)?(?: annual| base| basic"
    r"| gross){0,2} (?:salary|pay|earnings)"
)
OTHER_PAY = _words(  # kinds of pay that are no salary, and pay of others
    r"(?:overtime|holiday|vacation|sick|severance|on[- ]?call|standby|hazard|incentive|bonus"
    r"|variable|equity|stock|deferred|commission|retention|parental leave|maternity|paternity"
    r"|leave|workers?['\u2019]?s?|unemployment|bereavement|additional|supplemental|extra)"
    r"(?: hourly)? (?:pay|compensation|comp|earnings)",
    r"(?:previous|prior|market) salar(?:y|ies)|wage claims?|(?:company|corporate) earnings",
    r"(?:customers|clients|families|households|individuals|people|employees|workers|those"
    r"|anyone) (?:earning|making)",
    r"(?:median|(?:market|industry|national|company) average|average (?:employee|market|industry"
    r"|national)) (?:\w+ ){0,2}(?:salary|wage|pay|compensation|income|earnings)",
    r"average (?:\w+ ){0,2}(?:salary|pay|compensation) (?:at|of|across) (?:the|our|all)"
    r"|average starting (?:salary|pay|wage)",
    r"durchschnitts(?:gehalt|lohn|verdienst)\w{0,3}|gemiddeld salaris|medellön"
    r"|(?:salaire|salario|stipendio|salário|sueldo) (?:moyen|médi[ao]n?|medio|mediano|promedio)",
)
NAMED_DIRECTLY = re.compile(
    r"(?:\s(?:range|ranges|band|scale|is|are|of|from|between|annually|for|this|role|position|as|follows|\(?(?:in\s)?(?-i:[A-Z]{3})\)?))*"
    r"\s?[:\u2013-]?\s*",
    re.IGNORECASE,
)  # words between "pay" and its range
# words that announce a pay range
ANNOUNCED = re.compile(
    r"(?:salary|pay|compensation|base|gehalts?|wage) ?(?:range|band|scale|spanne)|(?:salary|pay"
    r"|compensation|rate|wages?|gehalt"
    r"|salaire|salario)(?:\s\w{1,12}){0,2}\s?:",
    re.IGNORECASE,
)
# behind an amount: "up to $50,000 in commission"
IN_OTHER_KIND = re.compile(
    r"(?:\s(?:in|of)\s(?:(?:an?|annual|the|company|potential|total)\s){0,2}(?:commissions?|bonus(?:es)?"
    r"|equity|stocks?|rsus?|options|funding|revenue|arr|grants?|incentives?|credits?|savings"
    r"|benefits|tips|assistance|reimbursement|sales|assets|prizes?|scholarships?|donations?"
    r"|insurance|coverage)|\sfor\syour\s(?:\w+\s)?(?:health|medical|dental|insurance|phone|internet"
    rf"|gym|tuition|travel|parking|childcare|relocation|equipment|home)){_END}",
    re.IGNORECASE,
)
# directly before an amount that is an example
EXAMPLE = re.compile(r"(?:\bsuch as|\be\.g\.,?|\bfor (?:example|instance),?)\s$", re.IGNORECASE)
# before a single amount: people who earn "less than $50,000"
THRESHOLD = re.compile(
    rf"{_BEGIN}(?:(?<!no )(?<!not )(?:less|more|greater) than|(?<!not )(?:above|below|under|over)"
    r"|exceed(?:s|ing)?)\s$",
    re.IGNORECASE,
)
# names of the country whose dollars are meant; "CAD" is also drafting software, "CAN" also a word
_MONEY_WORD = r"(?:pay|salary|base|annual|hourly|compensation|rate|wage|ranges?|dollars?)"
DOLLAR_COUNTRIES = {
    "CAD": re.compile(
        rf"(?<!design )\(CAD\b|\bCAD\s{_MONEY_WORD}\b|\b(?i:{_MONEY_WORD})\sCAD\b"
        rf"|\b(?i:paid|shown|listed|stated|reflected|quoted|figures|amounts|{_MONEY_WORD})"
        rf"(?: is| are)?\sin\sCAD\b"
        r"|\bCAN\b(?!\s[A-Z]{2})|\b[Cc]anad(?:a|ian)\b|\bOntario\b|\bToronto\b|\bMontreal\b"
    ),
    "AUD": re.compile(r"\bAUD\b|\bAustralian?\b|\bSydney\b|\bMelbourne\b"),
    "NZD": re.compile(r"\bNZD\b|\bNew Zealand\b"),
    "SGD": re.compile(r"\bSGD\b|\bSingapore\b"),
    "HKD": re.compile(r"\bHKD\b|\bHong Kong\b"),
    "USD": re.compile(r"\bUSD?A?\b|\bU\.S\.|\bUnited States\b"),
}
_TITLE_WORD = r"(?:[A-Z(&][\w&/'\u2019.,()+-]*|of|and|to|in|the|for|[-\u2013])"
_ROLE_NOUN = (
    r"(?:Account Executive|Accountant|Adjuster|Administrator|Advisor|Agent|Analyst|Architect"
    r"|Assistant|Associate|Attorney|Auditor|Buyer|Clerk|Consultant|Controller|Coordinator|Counsel"
    r"|Counselor|Designer|Developer|Director|Driver|Editor|Educator|Engineer|Fellow|Generalist|Head"
    r"|Instructor|Intern|Lead|Manager|Navigator|Nurse|Officer|Operator|Paralegal|Partner|Planner"
    r"|President|Producer|Recruiter|Representative|Researcher|Scientist|Specialist|Strategist"
    r"|Supervisor|Teacher|Technician|Therapist|Trader|Underwriter|VP|Writer)"
)
_FOR_A_ROLE = re.compile(  # "salary range for the Insurance Agent is"
    rf"((?:ranges?|salary|pay|compensation|wage|rate|band)\sfor\s)(?:(?:the|this|our|an?)\s)?"
    rf"(?=(?:{_TITLE_WORD}\s){{0,8}}?(?:{_ROLE_NOUN}|{_TITLE_WORD}\s(?:role|position|job|opening))\b)"
    rf"(?:{_TITLE_WORD}\s){{0,9}}?{_TITLE_WORD}"
    r"(?:\s(?:role|position|job|opening))?(?=\s(?:is|are|will be|ranges?|in)\b|\s?:)"
)


def without_role(words: str) -> str:
    """Return words before an amount without the title of the role that the pay is for.

    A title may have words for other money: "Director of Development", "Payments Lead".
    """
    return _FOR_A_ROLE.sub(r"\1this role", words) if " for " in words else words
