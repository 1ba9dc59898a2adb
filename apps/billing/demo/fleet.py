"""Cards, customers and lines that nobody has, as rows of the files of DOMAIN §4 and §13.

SIREN and bank do not exist, their check digits are right. French mobile numbers are those reserved for fiction
(ARCEP, decision 2009-0637). There are 10,000 of them: the lines of a larger fleet are machines, whose 14-digit numbers
nobody dials.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from apps.billing.demo.reseller import MONTH, TARIFF
from apps.core.charset import Charset
from apps.core.identifiers import luhn_digit

CARD_COLUMNS = "ICCID;IMSI;MSISDN;PIN1;PUK1;PIN2;PUK2;FORMAT;RESEAU;LOT;STATUT"
CUSTOMER_COLUMNS = (
    "NUM_CLIENT;RAISON_SOCIALE;NOM_LEGAL;SIREN;TVA_INTRA;ADRESSE;CODE_POSTAL;VILLE;PAYS;EMAIL_FACTURATION;"
    "EMAIL_IDENTIFICATION;IDENTIFIANT;MODE_PAIEMENT;IBAN;BIC;RUM;DATE_MANDAT;FACTURE_DETAILLEE;REGIME_TVA"
)
LINE_COLUMNS = (
    "MSISDN;ICCID;NUM_CLIENT;UTILISATEUR;OFFRE;OPTIONS;GRILLE;DATE_ACTIVATION;DEBUT_FACTURATION;ENGAGEMENT_MOIS;"
    "REMISE_PCT;REMISE_MOIS;DATE_RESILIATION"
)

FICTION = 10_000
CARDS_IN_STOCK = 20
FORMATS = ("NANO", "NANO", "NANO", "ESIM", "TRIO")

TRADES = ("Atelier", "Boulangerie", "Cabinet", "Électricité", "Garage", "Hôtel", "Imprimerie", "Transports")
SURNAMES = ("Aubert", "Besançon", "Chauvin", "Durand", "Étienne", "Fabre", "Girard", "Hervé", "Lefèvre", "Noël", "Roux")
FIRST_NAMES = ("ALICE", "BRUNO", "CLAIRE", "DAVID", "EMMA", "FARID", "INES", "JEANNE", "LOUIS", "MEHDI", "NINA", "PAUL")
STREETS = ("rue des Acacias", "avenue de la Gare", "place de l'Église", "chemin du Moulin")
# City, country, VAT regime and first digits of the postal code.
PLACES = {
    ("VILLENEUVE", "FR", "METROPOLE", "72"): 92,
    ("SAINT DENIS", "FR", "DOM_8_5", "974"): 4,
    ("CAYENNE", "FR", "EXONERE_294", "973"): 2,
    ("BRUXELLES", "BE", "UE_AUTOLIQUIDATION", "1"): 2,
}
PAYMENT_MODES = {"PRELEVEMENT": 60, "VIREMENT": 30, "CHEQUE": 10}
PLANS = {"FORFAIT_2H": 40, "FORFAIT_PRO": 35, "CONSO": 25}
OPTIONS = {"": 80, "OPT_DATA_1G": 12, "OPT_VOIX_1H": 6, "OPT_DATA_1G+OPT_VOIX_1H": 2}
MACHINE_PLAN = "DATA_M2M"
COMMITMENTS = {"": 20, "12": 40, "24": 35, "36": 5}
DISCOUNTS = {("", ""): 88, ("10", ""): 6, ("15", "6"): 3, ("100", "1"): 3}


def chosen[T](draw: Random, weights: dict[T, int]) -> T:
    """One of the keys, as often as its weight says."""
    return draw.choices(list(weights), list(weights.values()))[0]


# --- Cards


def iccid(rank: int) -> str:
    """The card of the line of that rank; further ranks are in stock."""
    body = f"893322{rank + 1:012d}"
    return body + luhn_digit(body)


def cards(draw: Random, lines: int) -> Iterator[Sequence[object]]:
    """A card for every line, and a tenth more in stock."""
    for rank in range(lines + lines // 10 + CARDS_IN_STOCK):
        pins = [f"{draw.randrange(10**4):04d}", f"{draw.randrange(10**8):08d}"] * 2
        batch = f"LOT{rank // 500 + 1:03d}"
        yield iccid(rank), f"20822{rank + 1:010d}", "", *pins, draw.choice(FORMATS), "ISM", batch, "EN_STOCK"


# --- Customers


def customer_number(rank: int) -> str:
    return f"C{100_001 + rank}"


def customers(draw: Random, count: int) -> Iterator[Sequence[object]]:
    names = Charset()
    for rank in range(count):
        number = customer_number(rank)
        legal_name = f"{draw.choice(TRADES)} {draw.choice(SURNAMES)} {rank + 1}"
        city, country, regime, digits = chosen(draw, PLACES)
        postal_code = digits.ljust(5, "0") if country == "FR" else digits.ljust(4, "0")
        siren, vat_number = _identity(draw, country)
        mode = chosen(draw, PAYMENT_MODES)
        mandate = (_iban(rank), "DEMOFRPP", f"RUM-{number}", "2026-01-15") if mode == "PRELEVEMENT" else [""] * 4
        street = names.proposal(f"{draw.randrange(1, 200)} {draw.choice(STREETS)}")
        emails = [f"{role}.{number.lower()}@example.org" for role in ("compta", "acces")]
        call_detail = "NON" if draw.random() < 0.15 else "OUI"
        yield (
            *(number, names.proposal(legal_name), legal_name, siren, vat_number, street, postal_code, city, country),
            *(*emails, number, mode, *mandate, call_detail, regime),
        )


def _identity(draw: Random, country: str) -> tuple[str, str]:
    """SIREN and VAT number; a Belgian company has only the latter."""
    if country == "BE":
        number = draw.randrange(10**7)
        return "", f"BE0{number:07d}{97 - number % 97:02d}"
    body = f"000{draw.randrange(10**5):05d}"
    siren = body + luhn_digit(body)
    return siren, f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def _iban(rank: int) -> str:
    """An account at a bank that does not exist: RIB key and IBAN check digits (ISO 13616)."""
    bank, branch, account = 99999, 1, rank + 1
    key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
    bban = f"{bank}{branch:05d}{account:011d}{key:02d}"
    return f"FR{98 - int(f'{bban}152700') % 97:02d}{bban}"


# --- Lines


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file; ``terminated_on`` is the first day without service."""

    rank: int
    customer: str
    user_name: str
    plan: str
    options: str
    commitment: str
    discount: tuple[str, str]
    activated_on: date
    terminated_on: date | None

    @property
    def number(self) -> str:
        return f"3363998{self.rank:04d}" if self.rank < FICTION else f"33700{self.rank:010d}"

    @property
    def is_machine(self) -> bool:
        return self.plan == MACHINE_PLAN


def drawn_line(draw: Random, rank: int, customer_count: int) -> Line:
    """Every customer has a line if there are enough of them; the further ones go to some customers more than others."""
    owner = rank if rank < customer_count else int(customer_count * draw.random() ** 2)
    recent = draw.random() < 0.1
    activated_on = MONTH.start + timedelta(draw.randrange(5, MONTH.days) if recent else -draw.randrange(1, 700))
    ends = not recent and draw.random() < 0.02
    machine = rank >= FICTION or draw.random() < 0.1
    return Line(
        rank=rank,
        customer=customer_number(owner),
        user_name=f"{draw.choice(FIRST_NAMES)} {rank + 1}",
        plan=MACHINE_PLAN if machine else chosen(draw, PLANS),
        options="" if machine else chosen(draw, OPTIONS),
        commitment=chosen(draw, COMMITMENTS),
        discount=chosen(draw, DISCOUNTS),
        activated_on=activated_on,
        terminated_on=MONTH.start + timedelta(draw.randrange(5, MONTH.days)) if ends else None,
    )


def lines(drawn: Sequence[Line]) -> Iterator[Sequence[object]]:
    """As taken over on the first day of the month: charges run from then, or from a later activation."""
    for line in drawn:
        yield (
            *(line.number, iccid(line.rank), line.customer, line.user_name, line.plan, line.options, TARIFF),
            *(line.activated_on, max(line.activated_on, MONTH.start), line.commitment, *line.discount),
            line.terminated_on or "",
        )
