"""Invented companies. The bank codes and BICs are those of real banks, the account numbers are made up."""

from generator.facts import Bank, Company

JOINERY = Company(
    "Tischlerei Musterholz GmbH",
    "Musterstraße 12",
    "12345 Musterstadt",
    Bank("Commerzbank", "DE67370400445260181590", "COBADEFFXXX"),
    "#7a4a21",
    "Möbel · Treppen · Innenausbau",
    web="www.musterholz.example",
)
SHOP = Company(
    "Beispielkiste Versand GmbH",
    "Am Beispielhafen 3",
    "20999 Beispielhausen",
    Bank("Deutsche Kreditbank", "DE92120300008301661318", "BYLADEM1001"),
    "#0f766e",
    "alles für drinnen und draußen",
    web="www.beispielkiste.example",
)
UTILITY = Company(
    "Stadtwerke Musterstadt GmbH",
    "Kraftwerksallee 1",
    "12345 Musterstadt",
    Bank("Berliner Sparkasse", "DE64100500007414333776", "BELADEBEXXX"),
    "#0b5cad",
    "Strom · Gas · Wasser",
    web="www.sw-musterstadt.example",
)
WATER = Company(
    "Wasserverband Obere Beispiel",
    "Quellweg 8",
    "54321 Beispielbach",
    Bank("Landesbank Baden-Württemberg", "DE10600501017097107114", "SOLADEST600"),
    "#1b7f9c",
    "Körperschaft des öffentlichen Rechts",
    web="www.wv-beispiel.example",
)
PRACTICE = Company(
    "Gemeinschaftspraxis am Musterplatz",
    "Musterplatz 4",
    "12345 Musterstadt",
    Bank("apoBank", "DE72300606012330805169", "DAAEDEDDXXX"),
    "#3f6f4f",
    "Innere Medizin · Hausärztliche Versorgung",
    web="www.praxis-musterplatz.example",
)
DENTIST = Company(
    "Zahnzentrum Beispielallee MVZ GmbH",
    "Beispielallee 77",
    "54321 Beispielbach",
    Bank("apoBank", "DE96300606013588570951", "DAAEDEDDXXX"),
    "#2a7ab0",
    "Zahnerhaltung · Prothetik · Prophylaxe",
    web="www.zahnzentrum.example",
)
CLEARING = Company(
    "PVS Musterrechnung GmbH",
    "Verrechnungsweg 20",
    "80999 Musterberg",
    Bank("Deutsche Bank", "DE42700700107846493665", "DEUTDEMMXXX"),
    "#1f3f77",
    "Privatärztliche Verrechnungsstelle",
    web="www.pvs-musterrechnung.example",
)
HOTEL = Company(
    "Hotel Zum Erfundenen Hirschen GmbH",
    "Seepromenade 15",
    "83999 Musterau am See",
    Bank("HypoVereinsbank", "DE42700202707972761125", "HYVEDEMMXXX"),
    "#8a1c2b",
    "Zimmer · Restaurant · Tagungen",
    web="www.erfundener-hirsch.example",
)
GUESTHOUSE = Company(
    "Pension Nirgendsblick",
    "Höhenweg 2",
    "01999 Nirgendstein",
    Bank("Ostsächsische Sparkasse Dresden", "DE63850503005859103453", "OSDDDE81XXX"),
    "#55606e",
    "Garni",
    web="www.nirgendsblick.example",
)
INSURER = Company(
    "Phantasia Versicherung AG",
    "Policenring 100",
    "20999 Beispielhausen",
    Bank("Hamburger Sparkasse", "DE32200505506517880021", "HASPDEHHXXX"),
    "#5b2a86",
    "gut versichert, frei erfunden",
    web="www.phantasia-versicherung.example",
)
CLUB = Company(
    "Turn- und Sportverein Nirgendheim 1899 e. V.",
    "Am Sportplatz 1",
    "54321 Nirgendheim",
    Bank("GLS Gemeinschaftsbank", "DE14430609671327423159", "GENODEM1GLS"),
    "#14532d",
    "Turnen · Handball · Leichtathletik",
    register="Vereinsregister Musterstadt, VR 0000",
    web="www.tsv-nirgendheim.example",
)
GARDEN = Company(
    "Kleingartenverein Sonnenbeispiel e. V.",
    "Laubenweg 30",
    "12345 Musterstadt",
    Bank("GLS Gemeinschaftsbank", "DE25430609675868923676", "GENODEM1GLS"),
    "#4d7c0f",
    "gegründet 1921",
    register="Vereinsregister Musterstadt, VR 0001",
    web="www.kgv-sonnenbeispiel.example",
)
ROOFER = Company(
    "Dachdeckerei Fiktivus GmbH & Co. KG",
    "Ziegelweg 9",
    "53999 Fiktivenbach",
    Bank("Volksbank Köln Bonn", "DE79380601864259472487", "GENODED1BRS"),
    "#9a3412",
    "Meisterbetrieb der Dachdecker-Innung",
    web="www.dach-fiktivus.example",
)
PLUMBER = Company(
    "Musterrohr Sanitär + Heizung GmbH",
    "Rohrstraße 41 b",
    "01999 Musterthal",
    Bank("Ostsächsische Sparkasse Dresden", "DE03850503002624562418", "OSDDDE81XXX"),
    "#1d4ed8",
    "Bad · Heizung · Notdienst",
    web="www.musterrohr.example",
)
ELECTRICIAN = Company(
    "Elektro Beispielblitz e. K.",
    "Stromgasse 5",
    "50999 Beispielköln",
    Bank("Sparkasse KölnBonn", "DE96370501980578891486", "COLSDE33XXX"),
    "#b45309",
    "Installation · Photovoltaik · Kundendienst",
    web="www.beispielblitz.example",
)
AGENCY = Company(
    "Pixel & Platzhalter Agentur GmbH",
    "Loftstraße 17",
    "60999 Musterfurt",
    Bank("ING", "DE13500105175465925517", "INGDDEFFXXX"),
    "#be185d",
    "Gestaltung · Web · Druck",
    web="www.platzhalter.example",
)
COLLECTOR = Company(
    "Fiktiva Forderungsservice GmbH",
    "Mahnufer 7",
    "10999 Beispielberg",
    Bank("Postbank", "DE61100100100032496685", "PBNKDEFFXXX"),
    "#334155",
    "Registrierter Rechtsdienstleister",
    web="www.fiktiva.example",
)
FACTOR = Company(
    "Erfunden Factoring Bank AG",
    "Bankplatz 2",
    "70999 Musterstuttgart",
    Bank("Landesbank Baden-Württemberg", "DE27600501015418583694", "SOLADEST600"),
    "#0f172a",
    web="www.erfunden-factoring.example",
)
OFFICE = Company(
    "Bürobedarf Musterblatt KG",
    "Papierring 55",
    "90999 Musterberg",
    Bank("UmweltBank", "DE13760350000169671069", "UMWEDE7NXXX"),
    "#166534",
    "Papier · Toner · Büromöbel",
    web="www.musterblatt.example",
)
TELECOM = Company(
    "Fernruf Nirgendwo Telekommunikation AG",
    "Glasfaserweg 101",
    "60999 Musterfurt",
    Bank("Frankfurter Sparkasse", "DE25500502013265523994", "HELADEF1822"),
    "#c2410c",
    "Festnetz · Mobil · Internet",
    web="www.fernruf.example",
)
AID = Company(
    "Hilfsbund Beispielhand e. V.",
    "Spendenweg 1",
    "07999 Musterberg",
    Bank("EthikBank", "DE29830944958174261068", "GENODEF1ETK"),
    "#b91c1c",
    "Hilfe, die erfunden ist",
    register="Vereinsregister Musterstadt, VR 0002",
    web="www.beispielhand.example",
)
AUSTRIAN = Company(
    "Beispielbau Ges.m.b.H.",
    "Mustergasse 21",
    "1999 Beispielwien",
    Bank("Erste Bank", "AT322011189650767428", "GIBAATWWXXX"),
    "#991b1b",
    "Hochbau · Sanierung",
    register="Handelsgericht Beispielwien, FN 000000a",
    tax_id="ATU99999999",
    web="www.beispielbau.example",
    country="AT",
)
AUSTRIAN_INN = Company(
    "Gasthof Musteralm OG",
    "Almweg 1",
    "5999 Musteralm",
    Bank("Raiffeisenlandesbank NÖ-Wien", "AT903200042696931559", "RLNWATWWXXX"),
    "#365314",
    "Zimmer & Jause",
    register="Landesgericht Musteralm, FN 000001b",
    tax_id="ATU99999998",
    web="www.musteralm.example",
    country="AT",
)
SWISS = Company(
    "Musterli Uhrenservice AG",
    "Beispielstrasse 10",
    "8999 Musterlikon",
    Bank("PostFinance", "CH2109000353600049748", "POFICHBEXXX"),
    "#b91c1c",
    "Reparatur · Revision · Verkauf",
    register="CHE-999.999.999",
    tax_id="CHE-999.999.999 MWST",
    web="www.musterli.example",
    country="CH",
)
SWISS_PRINT = Company(
    "Druckerei Platzhalter AG",
    "Fiktivweg 4",
    "3999 Beispielbern",
    Bank("Zürcher Kantonalbank", "CH1300700489688667509", "ZKBKCHZZ80A"),
    "#1e3a8a",
    "Offset · Digital · Buch",
    register="CHE-999.999.998",
    tax_id="CHE-999.999.998 MWST",
    web="www.druck-platzhalter.example",
    country="CH",
)
BRITISH = Company(
    "Placeholder & Sample Ltd",
    "1 Example Wharf",
    "Sampleton, ZZ1 1ZZ",
    Bank("National Westminster Bank", "GB17NWBK60161357018316", "NWBKGB2L"),
    "#1e3a5f",
    "Marine instruments",
    register="Registered in England, no. 00000000",
    tax_id="GB999 9999 99",
    web="www.sample.example",
    phone="+44 0000 471100",
    country="GB",
)
AMERICAN = Company(
    "Example Widgets Inc.",
    "500 Placeholder Avenue",
    "Sample City, ZZ 00000",
    Bank("", "", ""),
    "#374151",
    "Cloud software for made-up companies",
    register="EIN 00-0000000",
    tax_id="EIN 00-0000000",
    web="www.widgets.example",
    phone="(000) 555-0100",
    country="US",
)

CUSTOMER = ("Musterkunde GmbH", "Einkaufsstraße 99", "12345 Musterstadt")
CUSTOMER_2 = ("Beispiel Handels AG", "Buchhaltung", "Kontorweg 6", "20999 Beispielhausen")
CUSTOMER_3 = ("Bäckerei Musterkorn", "Ofengasse 2", "54321 Beispielbach")
CUSTOMER_4 = ("Hausverwaltung Beispielhof GmbH", "für WEG Musterweg 1-7", "Verwalterring 8", "53999 Fiktivenbach")
CUSTOMER_5 = ("Werkstatt Platzhalter e. K.", "Industriestraße 200", "90999 Musterberg")
HOUSEHOLD = ("An den Haushalt", "Musterweg 5", "12345 Musterstadt")
PATIENT = ("Patientenkonto 4711", "Musterweg 5", "12345 Musterstadt")
MEMBER = ("Mitglied Nr. 0815", "Vereinsstraße 3", "54321 Nirgendheim")
# An account of the one who pays: printed on some documents, never the one to pay to.
PAYER_IBAN = "DE03370400441677454568"
