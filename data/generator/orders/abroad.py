"""Orders from abroad, and to customers abroad."""

from generator import companies as who
from generator import wares
from generator.facts import Bill, Terms
from generator.notation import Notation
from generator.orders.desk import creditor_reference, hand, order


def bills(seed: int) -> list[Bill]:
    """All orders of this kind."""
    return [*english(seed), *swiss(seed)]


def english(seed: int) -> list[Bill]:
    """Invoices in English: from Britain, from America, and of a German exporter."""
    return [
        order(
            seed, "english_british", who.BRITISH, who.CUSTOMER_2, goods=(wares.INSTRUMENTS, 4), font="dejavu",
            patterns=("INV-#####", "C-###"), purpose="{id}", notation=Notation("en", "GBP", thousands=",",
            dates="long"),
            terms=Terms("date", 30), more={"subject": "Instruments for your harbour office", "Sort code": "60-16-13",
                                           "Account number": "57018316", "prints due": "yes"},
        ),
        order(
            seed, "english_american", who.AMERICAN, who.CUSTOMER, goods=(wares.SOFTWARE, 3), purpose="{id}",
            patterns=("EW-{y}-####", "ACCT-####"), notation=Notation("en", "USD", thousands=",", dates="us"),
            terms=Terms("days", 30), more={"subject": "Annual subscription", "Bank": "First Example Bank, Sample City",
                                           "Routing number": "000000000", "Account number": "000471100",
                                           "tax name": "Sales tax"},
        ),
        order(
            seed, "english_exporter", who.JOINERY, ("Sample Traders Ltd", "2 Example Lane", "Sampleton, ZZ1 2ZZ"),
            goods=(wares.EXPORT, 4), font="vera", purpose="{id}", terms=Terms("days", 14),
            notation=Notation("en", style="code before", thousands=","),
            more={"subject": "Furniture parts as ordered", "note": "Tax-free export delivery, section 4 no. 1a UStG."},
        ),
        order(
            seed, "english_einvoice", who.JOINERY, ("Muestra Comercio S.A.", "Calle Ejemplo 9", "00000 Muestra"),
            goods=(wares.EXPORT, 4), font="dejavu", purpose="{id}", terms=Terms("date", 30), einvoice=True,
            reference="",
            notation=Notation("en", style="code before", thousands=",", dates="long"),
            more={"subject": "Furniture parts as ordered", "prints due": "yes", "buyer country": "ES",
                  "buyer tax": "ESX9999999X", "note": "Intra-community supply, free of VAT."},
        ),
    ]  # fmt: skip


def swiss(seed: int) -> list[Bill]:
    """Swiss invoices with payment part."""
    buyer = ("Musterkundin AG", "Testplatz 1", "8999 Musterlikon")
    francs = Notation("de", "CHF", style="code before", thousands="'")
    digits = str(hand(seed, "swiss reference").randint(10**9, 10**10 - 1))
    return [
        order(
            seed, "swiss_watches", who.SWISS, buyer, goods=(wares.WATCHES, 4), notation=francs, terms=Terms("days", 30),
            patterns=("######", "####"), reference=creditor_reference(digits), shows_bic=False, qr="swiss",
        ),
        order(
            seed, "swiss_printer", who.SWISS_PRINT, buyer, goods=(wares.PRINT, 4), notation=francs, font="dejavu",
            patterns=("R-{y}-###", "####"), terms=Terms("days", 20), purpose="Rechnung {id}", qr="swiss",
            more={"iban in text": "yes"},
        ),
    ]  # fmt: skip
