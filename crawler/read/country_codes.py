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
RARE_COUNTRIES = (
    "AI AM AQ AS AX BI BLR BS BV BW CC CX EST ET FK GD GP GS GW HM IO KI MG MH ML NA NF NR NU PM PN"
    " PW SH SJ ST TF TG TK TO TV VG YT"
)
RARE_ALONE = "PT SA"  # Pacific Time, South America
# codes that people also write behind towns of these countries: regions, and SA for South Africa
REGIONS = {
    "AU": "SA WA",
    "BR": "AL AM AP BA ES GO MA MG MS MT PA PE PR RO RS SC SE TO",
    "CH": "BE BS FR GE GR LU SG SH SO TG",
    "CO": "DC",
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
UNCLEAR = frozenset(
    {"ontario ca", "milano mi", "milan tn", "america", "halifax ca", "waterloo ca", "hamilton ca"}
)
# towns behind which people write a region's code that is also a country's or an American state's
TOWNS_WITH_REGION = {
    "BR": "Blumenau_SC Joinville_SC Florianopolis_SC Vitoria_ES Belem_PA Recife_PE",
    "CA": "Whitehorse_YT Iqaluit_NU St_John's_NL Corner_Brook_NL Gander_NL Mount_Pearl_NL"
    " Charlottetown_PE Summerside_PE Saskatoon_SK Regina_SK Moose_Jaw_SK",
    "CH": "Aarau_AG Baden_AG Neuchatel_NE Schwyz_SZ",
    "CN": "Beijing_BJ Shanghai_SH Shenzhen_GD Guangzhou_GD",
    "DE": "Potsdam_BB Cottbus_BB",
    "ES": "Almeria_AL Bilbao_BI Cordoba_CO Girona_GI Malaga_MA Murcia_MU Sevilla_SE Seville_SE"
    " Valladolid_VA",
    "IE": "Cork_CO",
    "IN": "Chandigarh_CH Dehradun_UK Gangtok_SK Goa_GA Guwahati_AS Imphal_MN Kohima_NL Panaji_GA"
    " Panjim_GA Patna_BR",
    "IT": "Alessandria_AL Arezzo_AR Benevento_BN Bergamo_BG Biella_BI Bologna_BO Bolzano_BZ"
    " Brescia_BS Cagliari_CA Catania_CT Catanzaro_CZ Chieti_CH Como_CO Cremona_CR Crotone_KR"
    " Cuneo_CN Ferrara_FE Fermo_FM Foggia_FG Genova_GE Grosseto_GR Imperia_IM Isernia_IS"
    " La_Spezia_SP Latina_LT Lecce_LE Livorno_LI Lucca_LU Macerata_MC Mantova_MN Massa_MS Matera_MT"
    " Messina_ME Modena_MO Monza_MB Napoli_NA Nuoro_NU Palermo_PA Parma_PR Pavia_PV Pescara_PE"
    " Pisa_PI Pistoia_PT Ravenna_RA Rieti_RI Rovigo_RO Salerno_SA Sassari_SS Savona_SV Siena_SI"
    " Sondrio_SO Teramo_TE Terni_TR Torino_TO Trento_TN Treviso_TV Varese_VA Vicenza_VI Viterbo_VT",
    "MX": "Chihuahua_CH Hermosillo_SO Leon_GT Mexicali_BC Saltillo_CO Tijuana_BC",
    "RO": "Brasov_BV Iasi_IS Timisoara_TM",
    "SE": "Goteborg_VG Gothenburg_VG",
    "ZA": "Centurion_GP Johannesburg_GP Midrand_GP Pretoria_GP Sandton_GP East_London_EC",
}
# names of countries and towns in other languages that are words, or codes of something else
NO_NAMES = (
    "ama cad cita ira julon man oma oral rim rom viro bangi belen canton madera showa"
    " san_cristobal san_martin san_vicente santa_elena santa_helena santa_lucia sao_cristovao"
    " sao_vicente"
)
# territories with a code of their own: the country behind one adds nothing
TERRITORIES = {
    "CN": "HK MO TW",
    "DK": "FO GL",
    "FR": "GF GP MQ RE YT",
    "GB": "BM GG GI IM JE KY",
    "NL": "AW CW SX",
    "US": "AS GU MP PR VI",
}
