"""Codes and names of countries and states as boards use them, where CLDR's tables differ."""

from __future__ import annotations

# known to CLDR without being a code of ISO 3166; and UM, whose islands share names with towns
NO_COUNTRIES = "AC CP CQ DG EA EU EZ IC QO TA UM UN XA XB XK ZZ"
NAMES = {  # names that boards use and the table of countries lacks
    "US": "us usa united_states_of_america",
    "GB": "uk britain",
    "AE": "uae",
    "SA": "ksa",
    "TR": "turkey",
    "MO": "macau",
    "BA": "bosnia",
    "IE": "republic_of_ireland",
    "RU": "russian_federation",
}
# codes of a state that mean the state behind a town that we do not know
STATES_FIRST = "AL AZ CA CO GA IL KY LA MA MD ME MN MO MS MT NC NE PA SC SD TN VA"
COUNTRIES_FIRST = "NL"
# codes that rarely mean their country: "NA" is North America, "EST" a time zone, "ST" a street
RARE_COUNTRIES = "AM BS BW EST ET MG MH NA PM ST TG TO"
RARE_ALONE = "PT SA"  # Pacific Time, South America
# codes that people also write behind towns of these countries: regions, and SA for South Africa
REGIONS = {
    "AU": "SA WA",
    "BR": "AL AM AP BA ES GO MA MG MS MT PA PE PR RO RS SC SE TO",
    "CH": "BE BS FR GE GR LU SG SH SO TG",
    "DE": "BE BW BY HE NI SH SL SN ST TH",
    "ES": "CT MD VC",
    "IN": "CH HR KL MH ML MP PY TG TN",
    "IT": "BA BG BO BS CT FI GE NA PR SI TN TO VI",
    "MX": "NL",
    "NL": "FL FR GE GR LI NB NH UT",
    "ZA": "SA",
}
# a state and a country, or a state and a town: only what stands around it decides
STATE_OR_OTHER = {
    "georgia": frozenset({"GE", "US"}),
    "victoria": frozenset({"AU", "CA", "SC"}),
}
# Ontario is a province of Canada, and a town of California; MI is Michigan, and Milan's own code;
# TN is Tennessee, and Trento
UNCLEAR = frozenset({"ontario ca", "milano mi", "milan tn"})
# territories with a code of their own: the country behind one adds nothing
TERRITORIES = {
    "CN": "HK MO TW",
    "DK": "FO GL",
    "FR": "GF GP MQ RE YT",
    "GB": "BM GG GI IM JE KY",
    "NL": "AW CW SX",
    "US": "AS GU MP PR VI",
}
