"""Bank accounts that invoices name: what has the form of an IBAN or of a BIC, and what only fills the place of one.

Templates and test files hold ``[BIC]``, ``PAYEEIBAN`` or ``XXX``, and in the place of an IBAN other accounts stand
(Bankgiro, numbers of national systems). None of that can be compared with an extracted IBAN. A checksum that fails is
no reason to leave a value out: it is what the invoice says, and the page says the same.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

# ISO 13616: country, two check digits, up to 30 letters and digits; the shortest in use (Norway) has 15 in all.
_IBAN = re.compile(r"([A-Z]{2})([0-9]{2})([A-Z0-9]{11,30})")
# ISO 9362: four letters, country, place, perhaps a branch; nine and ten are misprints of one, and stand on the page so.
_BIC = re.compile(r"[A-Z0-9]{4}([A-Z]{2})[A-Z0-9]{2,5}")
# ISO 3166-1 alpha-2, and XK, which IBANs and BICs of Kosovo use.
_COUNTRIES = frozenset(
    re.findall(
        "[A-Z]{2}",
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV "
        "BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES "
        "ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE "
        "IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY "
        "MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU "
        "NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM "
        "SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE "
        "VG VI VN VU WF WS XK YE YT ZA ZM ZW ",
    )
)


class Account(NamedTuple):
    """An account to pay to, as an e-invoice states it, and the reference that goes with it."""

    iban: str | None = None
    bic: str | None = None
    reference: str | None = None


def compact(content: str | None) -> str | None:
    """Return an IBAN or BIC as the service writes it: capitals, no blanks."""
    return "".join(content.split()).upper() if content else None


def is_iban(value: str) -> bool:
    """Return whether a compact text has the form of an IBAN; its check digits may be wrong."""
    found = _IBAN.fullmatch(value)
    return bool(found and found[1] in _COUNTRIES and found[2] + found[3].strip("0") != "00")


def is_bic(value: str) -> bool:
    """Return whether a compact text has the form of a BIC, or of one with one or two characters lost."""
    found = _BIC.fullmatch(value)
    return bool(found and found[1] in _COUNTRIES)


def payable(accounts: Iterable[Account]) -> list[Account]:
    """Return the accounts somebody could pay to, those with an IBAN, or else those with a BIC at least; each once."""
    clean = [
        Account(
            account.iban if account.iban and is_iban(account.iban) else None,
            account.bic if account.bic and is_bic(account.bic) else None,
            account.reference,
        )
        for account in accounts
    ]
    chosen = [account for account in clean if account.iban] or [account for account in clean if account.bic]
    return list(dict.fromkeys(chosen))


def no_accounts(accounts: Iterable[Account]) -> list[tuple[str, str]]:
    """Return field and text of what stands in the place of an IBAN or BIC and is none."""
    stated = [(name, value) for account in accounts for name, value in (("iban", account.iban), ("bic", account.bic))]
    tests = {"iban": is_iban, "bic": is_bic}
    return [(name, value) for name, value in stated if value and not tests[name](value)]
