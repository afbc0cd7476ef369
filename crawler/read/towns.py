"""Towns and regions by country, beside those that name a time zone in CLDR.

An underscore stands for a space. Names are compared without case and accents.
"""

from __future__ import annotations

TOWNS = {
    "AE": "Abu_Dhabi",
    "AL": "Durres",
    "AT": "Graz Linz Salzburg Innsbruck",
    "AU": "Gold_Coast Geelong",
    "BE": "Ghent Gent Antwerp Antwerpen Leuven",
    "BR": "Rio_de_Janeiro Belo_Horizonte Florianopolis Curitiba Porto_Alegre Campinas",
    "CA": "Mississauga Brampton Markham Burnaby Quebec_City Laval Gatineau Saskatoon Kanata"
    " Charlottetown Fredericton Newfoundland_and_Labrador",
    "CH": "Bern Berne Geneva Geneve Genf Lausanne Lucerne Luzern St_Gallen Basel Zug"
    " Lugano Winterthur",
    "CN": "Guangzhou Hangzhou Suzhou Nanjing Chengdu Wuhan Xi'an 北京 上海 深圳 広州 杭州",
    "CO": "Medellin Barranquilla Cali Bucaramanga Manizales Pereira Envigado",
    "CZ": "Brno Ostrava Plzen",
    "DE": "Munchen Koln Nurnberg Nuremberg Dresden Leipzig Hannover Hanover Bremen Bonn Essen"
    " Dortmund Karlsruhe Mannheim Heidelberg Darmstadt Wiesbaden Mainz Augsburg Regensburg"
    " Erlangen Aachen Freiburg Ulm Potsdam Jena Kiel Munster Walldorf Ingolstadt Garching"
    " Wolfsburg Bavaria Bayern Hessen",
    "DK": "Aarhus Odense Aalborg",
    "ES": "Seville Sevilla Malaga Bilbao Zaragoza",
    "FI": "Espoo Tampere Oulu",
    "FR": "Grenoble Lille Bordeaux Montpellier Strasbourg Rennes Marseille Sophia_Antipolis"
    " Ile-de-France La_Defense",
    "GB": "Belfast Cardiff Liverpool Sheffield Nottingham Leicester Coventry Brighton Swindon"
    " Milton_Keynes Newcastle_upon_Tyne Swansea Slough Cheltenham"
    " Basingstoke Guildford Greater_London City_of_London",
    "GE": "Batumi Kutaisi",
    "GR": "Thessaloniki",
    "ID": "Bandung Surabaya Yogyakarta Denpasar Tangerang",
    "IE": "Cork Galway Limerick County_Dublin",
    "IL": "Tel_Aviv-Yafo Tel_Aviv_District Haifa Herzliya Herzeliya Ramat_Gan Petah_Tikva"
    " Petach_Tikva Ra'anana Raanana Netanya Rehovot Yokneam Beer_Sheva Be'er_Sheva Caesarea"
    " Rishon_LeZion Bnei_Brak Hod_HaSharon Kfar_Saba Or_Yehuda Lod Ashdod Holon Hadera"
    " Nazareth Tirat_Carmel Airport_City Givatayim Rosh_HaAyin Modi'in Migdal_HaEmek Kiryat_Gat"
    " Nesher",
    "IN": "Kochi Coimbatore Ahmedabad Jaipur Thiruvananthapuram Trivandrum Indore Chandigarh Mohali"
    " Mysore Mysuru Nagpur Visakhapatnam Vijayawada Lucknow Bhubaneswar Ghaziabad Faridabad"
    " Vadodara Surat Navi_Mumbai Greater_Noida Karnataka Maharashtra Telangana Tamil_Nadu Haryana"
    " Uttar_Pradesh Kerala Gujarat Andhra_Pradesh West_Bengal Odisha Rajasthan Delhi_NCR",
    "IT": "Bologna Trento Genova Genoa Torino Milano Roma",
    "JP": "Yokohama Kyoto Nagoya Fukuoka Sapporo 東京 大阪 京都 横浜 日本",
    "KR": "Busan Pangyo Seongnam 서울 대한민국",
    "KW": "Kuwait_City",
    "MA": "Rabat Marrakech Marrakesh Tangier",
    "MT": "Valletta Sliema St_Julian's St_Julians Birkirkara",
    "MX": "Guadalajara Queretaro CDMX Ciudad_de_Mexico",
    "MY": "Penang Cyberjaya Petaling_Jaya Johor_Bahru",
    "NL": "Rotterdam The_Hague Hague Den_Haag Utrecht Eindhoven Delft Leiden Groningen Hoofddorp"
    " Amstelveen Nijmegen Haarlem Veldhoven Noord-Holland",
    "NO": "Bergen Trondheim Stavanger",
    "NZ": "Wellington Christchurch",
    "PA": "Panama_City",
    "PH": "Cebu Makati Taguig Quezon_City",
    "PK": "Lahore Islamabad Rawalpindi",
    "PL": "Poznan Lodz Katowice Lublin Rzeszow",
    "PT": "Porto Braga Coimbra Aveiro",
    "RO": "Cluj Cluj-Napoca Iasi Timisoara Brasov",
    "RS": "Novi_Sad",
    "SA": "Jeddah Dammam",
    "SE": "Gothenburg Goteborg Malmo Lund Linkoping Uppsala",
    "SK": "Kosice Zilina",
    "TW": "Hsinchu Taichung Kaohsiung",
    "UA": "Kharkiv Lviv Odesa Dnipro",
    "US": "Cupertino Redmond Bellevue Kirkland Santa_Clara Santa_Monica Los_Gatos Redwood_City"
    " South_San_Francisco Irvine Oakland Berkeley Sacramento Pasadena El_Segundo Culver_City"
    " Foster_City San_Mateo San_Bruno Burlingame Fremont Pleasanton Emeryville Carlsbad"
    " Southern_California Northern_California Silicon_Valley SF_Bay San_Francisco_Bay Tucson"
    " Scottsdale Tempe Las_Vegas Reno Orlando Tampa Fort_Lauderdale Jacksonville Charlotte Raleigh"
    " Raleigh-Durham Baltimore Cleveland Cincinnati Columbus Kansas_City St_Louis Saint_Louis"
    " Milwaukee Madison Omaha New_Orleans Oklahoma_City Tulsa San_Antonio Fort_Worth Plano Frisco"
    " Arlington Reston McLean Chantilly Herndon Bethesda Stamford Hartford Jersey_City Hoboken"
    " Princeton Ann_Arbor Fort_Wayne Carmel Bloomington South_Bend Evansville Jeffersonville"
    " Evanston Naperville Schaumburg Champaign Peoria Oak_Brook Deerfield Rosemont Springfield"
    " Idaho_Falls Meridian Nampa Fort_Collins Colorado_Springs Broomfield Golden"
    " Englewood Littleton Longmont Louisville Lafayette Little_Rock Bentonville Fayetteville"
    " Wilmington Portland Lehi Provo Huntsville Savannah Augusta Alpharetta Marietta"
    " New_Albany Hawthorne Mountain_View Washington_DC District_of_Columbia",
    "VN": "Hanoi Da_Nang Ho_Chi_Minh",
    "ZA": "Cape_Town Durban Pretoria",
}

# Names of several places: alone they name no country. The codes are those that a country or a state
# behind the name may confirm.
SHARED = {
    "GB US": "Cambridge Birmingham Durham Newark Norfolk Plymouth Worcester Gloucester Bedford"
    " Chester Dover Westminster Southampton Aberdeen Reading Lincoln Bath",
    "AU CA GB US": "Richmond Windsor",
    "CA GB NZ US": "Chatham",
    "CA US": "Creston",
    "CA GB US": "Surrey Halifax Kingston Hamilton Waterloo St_Johns Saint_Johns"
    " St_John's Saint_John's",
    "AU GB US": "Newcastle",
    "CD CG": "Congo",
    "CO US": "Columbia",
    "CR US": "San_Jose",
    "AR ES": "Cordoba La_Rioja",
    "BR SV": "Salvador",
    "CO ES": "Cartagena",
    "ES GD NI": "Granada",
    "ES MX": "Merida",
    "FR US": "Macon",
    "AR PR": "San_Juan",
    "AR MX US": "San_Luis",
    "AQ US": "Davis Palmer Center Casey",
    "FK US": "Stanley",
    "IT US": "Naples Florence Venice",
    "MX PH US": "Santa_Isabel",
}
