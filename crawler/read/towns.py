"""Towns and regions by country, beside those that name a time zone in CLDR.

An underscore stands for a space. Names are compared without case and accents.
"""

from __future__ import annotations

TOWNS = {
    "AE": "Abu_Dhabi",
    "AL": "Durres",
    "AT": "Graz Linz Salzburg Innsbruck Klosterneuburg Leoben Klagenfurt Villach Dornbirn",
    "AU": "Gold_Coast Geelong Wollongong",
    "BE": "Ghent Gent Antwerp Antwerpen Leuven Louvain-la-Neuve Liege Mechelen Hasselt",
    "BR": "Rio_de_Janeiro Belo_Horizonte Florianopolis Curitiba Porto_Alegre Campinas",
    "CA": "Mississauga Brampton Markham Burnaby Quebec_City Laval Gatineau Saskatoon Kanata"
    " Charlottetown Fredericton Newfoundland_and_Labrador Guelph Sherbrooke Kelowna"
    " Longueuil",
    "CH": "Bern Berne Geneva Geneve Genf Lausanne Lucerne Luzern St_Gallen Basel Zug Lugano"
    " Winterthur Ruschlikon Villigen Neuchatel Schaffhausen Renens Ecublens Dubendorf"
    " Schlieren Aarau",
    "CN": "Guangzhou Hangzhou Suzhou Nanjing Chengdu Wuhan Xi'an 北京 上海 深圳 広州 杭州"
    " Tianjin Hefei Xiamen Qingdao Dalian Zhuhai",
    "CO": "Medellin Barranquilla Cali Bucaramanga Manizales Pereira Envigado",
    "CZ": "Brno Ostrava Plzen",
    "DE": "Munchen Koln Nurnberg Nuremberg Dresden Leipzig Hannover Hanover Bremen Bonn Essen"
    " Dortmund Karlsruhe Mannheim Heidelberg Darmstadt Wiesbaden Mainz Augsburg Regensburg"
    " Erlangen Aachen Freiburg Ulm Potsdam Jena Kiel Munster Walldorf Ingolstadt Garching"
    " Wolfsburg Bavaria Bayern Hessen Tubingen Tuebingen Saarbrucken Saarbruecken"
    " Kaiserslautern Ilmenau Magdeburg Rostock Bielefeld Paderborn Duisburg Gottingen"
    " Wurzburg Konstanz Passau Bochum Bremerhaven Osnabruck Giessen Bayreuth Bamberg"
    " Chemnitz Erfurt Weimar Cottbus Greifswald Wuppertal Julich Koblenz Heilbronn"
    " Sindelfingen Boblingen Reutlingen Friedrichshafen Oberpfaffenhofen Unterfohring"
    " Ismaning Ottobrunn Braunschweig",
    "DK": "Aarhus Odense Aalborg Lyngby Kongens_Lyngby Ballerup Roskilde Hellerup",
    "EE": "Tartu",
    "ES": "Seville Sevilla Malaga Bilbao Zaragoza",
    "FI": "Espoo Tampere Oulu Turku Jyvaskyla Kuopio Lappeenranta Vantaa",
    "FR": "Grenoble Lille Bordeaux Montpellier Strasbourg Rennes Marseille Sophia_Antipolis"
    " Ile-de-France La_Defense Palaiseau Saclay Gif-sur-Yvette Lannion Villeurbanne Meylan"
    " Besancon Clermont-Ferrand Aix-en-Provence Boulogne-Billancourt Levallois-Perret"
    " Issy-les-Moulineaux Courbevoie Montrouge Reims Dijon Rouen",
    "GB": "Belfast Cardiff Liverpool Sheffield Nottingham Leicester Coventry Brighton Swindon"
    " Milton_Keynes Newcastle_upon_Tyne Swansea Slough Cheltenham Basingstoke Guildford"
    " Greater_London City_of_London Loughborough Stevenage Didcot Harwell Farnborough"
    " Cranfield Aberystwyth Wolverhampton Sunderland Maidenhead Bracknell Salford",
    "GE": "Batumi Kutaisi",
    "GR": "Thessaloniki Heraklion",
    "HU": "Szeged Debrecen",
    "ID": "Bandung Surabaya Yogyakarta Denpasar Tangerang",
    "IE": "Cork Galway Limerick County_Dublin Maynooth",
    "IL": "Tel_Aviv-Yafo Tel_Aviv_District Haifa Herzliya Herzeliya Ramat_Gan Petah_Tikva"
    " Petach_Tikva Ra'anana Raanana Netanya Rehovot Yokneam Beer_Sheva Be'er_Sheva Caesarea"
    " Rishon_LeZion Bnei_Brak Hod_HaSharon Kfar_Saba Or_Yehuda Lod Ashdod Holon Hadera"
    " Nazareth Tirat_Carmel Airport_City Givatayim Rosh_HaAyin Modi'in Migdal_HaEmek"
    " Kiryat_Gat Nesher",
    "IN": "Kochi Coimbatore Ahmedabad Jaipur Thiruvananthapuram Trivandrum Indore Chandigarh"
    " Mohali Mysore Mysuru Nagpur Visakhapatnam Vijayawada Lucknow Bhubaneswar Ghaziabad"
    " Faridabad Vadodara Surat Navi_Mumbai Greater_Noida Karnataka Maharashtra Telangana"
    " Tamil_Nadu Haryana Uttar_Pradesh Kerala Gujarat Andhra_Pradesh West_Bengal Odisha"
    " Rajasthan Delhi_NCR Kanpur Kharagpur Roorkee Guwahati Gandhinagar Mangalore",
    "IT": "Bologna Trento Genova Genoa Torino Milano Roma Padova Ferrara Trieste Udine Catania",
    "JP": "Yokohama Kyoto Nagoya Fukuoka Sapporo 東京 大阪 京都 横浜 日本"
    " Tsukuba Kawasaki Sendai Kobe Hiroshima Okinawa Saitama",
    "KR": "Busan Pangyo Seongnam 서울 대한민국 Daejeon Suwon Incheon Pohang",
    "KW": "Kuwait_City",
    "LU": "Esch-sur-Alzette Belval",
    "MA": "Rabat Marrakech Marrakesh Tangier",
    "MT": "Valletta Sliema St_Julian's St_Julians Birkirkara",
    "MX": "Guadalajara Queretaro CDMX Ciudad_de_Mexico",
    "MY": "Penang Cyberjaya Petaling_Jaya Johor_Bahru",
    "NL": "Rotterdam The_Hague Hague Den_Haag Utrecht Eindhoven Delft Leiden Groningen Hoofddorp"
    " Amstelveen Nijmegen Haarlem Veldhoven Noord-Holland Enschede Maastricht Wageningen"
    " Tilburg Arnhem Zwolle 's-Hertogenbosch Noordwijk",
    "NO": "Bergen Trondheim Stavanger Tromso Kristiansand Kjeller Fornebu Lysaker",
    "NZ": "Wellington Christchurch",
    "PA": "Panama_City",
    "PH": "Cebu Makati Taguig Quezon_City",
    "PK": "Lahore Islamabad Rawalpindi",
    "PL": "Poznan Lodz Katowice Lublin Rzeszow Gdynia Szczecin Bydgoszcz Torun",
    "PT": "Porto Braga Coimbra Aveiro",
    "RO": "Cluj Cluj-Napoca Iasi Timisoara Brasov",
    "RS": "Novi_Sad",
    "SA": "Jeddah Dammam Thuwal",
    "SE": "Gothenburg Goteborg Malmo Lund Linkoping Uppsala Umea Lulea Orebro Vasteras Norrkoping"
    " Jonkoping Karlstad Halmstad Solna Kista Helsingborg",
    "SK": "Kosice Zilina",
    "TR": "Ankara Izmir",
    "TW": "Hsinchu Taichung Kaohsiung Tainan",
    "UA": "Kharkiv Lviv Odesa Dnipro",
    "US": "Cupertino Redmond Bellevue Kirkland Santa_Clara Santa_Monica Los_Gatos Redwood_City"
    " South_San_Francisco Irvine Oakland Berkeley Sacramento Pasadena El_Segundo"
    " Culver_City Foster_City San_Mateo San_Bruno Burlingame Fremont Pleasanton Emeryville"
    " Carlsbad Southern_California Northern_California Silicon_Valley SF_Bay"
    " San_Francisco_Bay Tucson Scottsdale Tempe Las_Vegas Reno Orlando Tampa"
    " Fort_Lauderdale Jacksonville Charlotte Raleigh Raleigh-Durham Baltimore Cleveland"
    " Cincinnati Columbus Kansas_City St_Louis Saint_Louis Milwaukee Madison Omaha"
    " New_Orleans Oklahoma_City Tulsa San_Antonio Fort_Worth Plano Frisco Arlington Reston"
    " McLean Chantilly Herndon Bethesda Stamford Hartford Jersey_City Hoboken Princeton"
    " Ann_Arbor Fort_Wayne Carmel Bloomington South_Bend Evansville Jeffersonville Evanston"
    " Naperville Schaumburg Champaign Peoria Oak_Brook Deerfield Rosemont Springfield"
    " Idaho_Falls Meridian Nampa Fort_Collins Colorado_Springs Broomfield Golden Englewood"
    " Littleton Longmont Louisville Lafayette Little_Rock Bentonville Fayetteville"
    " Wilmington Portland Lehi Provo Huntsville Savannah Augusta Alpharetta Marietta"
    " New_Albany Hawthorne Mountain_View Washington_DC District_of_Columbia Waltham Ithaca"
    " New_Haven Albuquerque Los_Alamos Chapel_Hill West_Lafayette Urbana-Champaign"
    " Gaithersburg Rockville Hillsboro Beaverton Corvallis Spokane Piscataway Morristown",
    "VN": "Hanoi Da_Nang Ho_Chi_Minh",
    "ZA": "Cape_Town Durban Pretoria Stellenbosch",
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
