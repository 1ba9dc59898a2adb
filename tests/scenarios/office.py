"""A back office for stories: files in, the JSON of the commands out, as scripts see it.

The catalogue is small and its prices are easy to divide: a second of calls costs one cent, and a day of the plan P31
one euro in a month of 31 days.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from tests.commands import run_command
from tests.factories import iccid

OFFERS = """\
CODE;LIBELLE;NATURE;PRIX_HT;TVA;VOIX_INCLUSE_S;SMS_INCLUS;DATA_INCLUSE_OCTETS;DEBIT;A_ECHOIR
P31;Forfait 31;ABONNEMENT;31,00;20;;;;;NON
P31_1H;Forfait 31 une heure;ABONNEMENT;31,00;20;3600;;;;NON
P62_2H;Forfait 62 deux heures;ABONNEMENT;62,00;20;7200;;;;NON
P31_2M;Forfait 31 deux minutes;ABONNEMENT;31,00;20;120;;;;NON
AVANCE;Forfait à échoir;ABONNEMENT;31,00;20;;;;;OUI
OPT;Option;OPTION;6,20;20;;;;;NON
"""
GRID = """\
PREFIXE;DESTINATION;TYPE;SENS;ZONE_ORIGINE;ZONE_DESTINATION;PRIX_MINUTE_HT;PRIX_UNITE_HT;PRIX_MO_HT;FRAIS_CONNEXION_HT;PREMIER_PALIER_S;PALIER_S;SECONDES_GRATUITES;INCLUS_FORFAIT
336;France mobile;VOIX;MO;FR;FR;0,60;;;0;1;1;0;OUI
"""
CUSTOMERS = """\
NUM_CLIENT;RAISON_SOCIALE;ADRESSE;CODE_POSTAL;VILLE;PAYS;TVA_INTRA;MODE_PAIEMENT;IBAN;BIC;RUM;DATE_MANDAT;REGIME_TVA
C1;MENUISERIE ROUX;1 RUE DES ACACIAS;72000;VILLENEUVE;FR;;VIREMENT;;;;;METROPOLE
C2;GARAGE NOEL;2 RUE DES ACACIAS;72000;VILLENEUVE;FR;;VIREMENT;;;;;METROPOLE
"""
LINES = (
    "MSISDN;ICCID;NUM_CLIENT;OFFRE;OPTIONS;GRILLE;DATE_ACTIVATION;DEBUT_FACTURATION;REMISE_PCT;REMISE_MOIS;"
    "DATE_RESILIATION"
)
RECORDS = (
    "ID_CDR;MSISDN;DATE_HEURE;TYPE;SENS;CORRESPONDANT;DUREE_S;VOLUME_OCTETS;NB_UNITES;ZONE_ORIGINE;RESEAU;"
    "ZONE_DESTINATION;LIBELLE;APN;MONTANT_ACHAT_HT"
)


class Office:
    """An empty installation that has taken the catalogue above and two customers over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = count(1)
        self._cards = count(1)
        self._records = count(1)
        self.run("import_offers", self._file(OFFERS))
        self.run("import_tariff", self._file(GRID), "--table", "G")
        self.run("import_customers", self._file(CUSTOMERS))

    def run(self, command: str, *arguments: str) -> dict[str, Any]:
        """What a command says in JSON; it must have done its work."""
        ended = run_command(command, *arguments, "--json")
        said: dict[str, Any] = json.loads(ended.out)
        assert (ended.code, ended.err) == (0, ""), ended
        return said

    def open_line(
        self,
        msisdn: str,
        customer: str,
        plan: str,
        activated: str,
        *,
        options: str = "",
        discount: str = "",
        discount_months: str = "",
        terminated: str = "",
    ) -> None:
        """Take one line over, with a card of its own, billed from its activation."""
        card = iccid(next(self._cards))
        self.run("import_sims", self._file(f"ICCID\n{card}\n"))
        cells = (
            msisdn,
            card,
            customer,
            plan,
            options,
            "G",
            activated,
            activated,
            discount,
            discount_months,
            terminated,
        )
        self.run("import_lines", self._file(f"{LINES}\n{';'.join(cells)}\n"))

    def load(self, *calls: tuple[str, str, int]) -> dict[str, Any]:
        """Load one file of calls to a French mobile: the line's number, the instant, the seconds."""
        rows = [
            f"cdr-{next(self._records):04d};{msisdn};{at};VOIX;MO;33639980099;{seconds};;;FR;20822;;;;0.01"
            for msisdn, at, seconds in calls
        ]
        return self.run("load_cdrs", self._file("\n".join([RECORDS, *rows, ""])))

    def invoice(self, period: str, *, on: str) -> dict[str, dict[str, Any]]:
        """Issue a month, dated ``on``: the invoices by customer. Nobody may be refused, and the ledger stays sound."""
        said = self.run("billing_run", "--period", period, "--issue", "--date", on)
        assert said["errors"] == []
        assert self.run("verify_ledger")["ok"]
        return {invoice["customer"]: invoice for invoice in said["invoices"]}

    def draft(self, period: str) -> dict[str, dict[str, Any]]:
        """What a month would be invoiced as, by customer."""
        said = self.run("billing_run", "--period", period, "--dry-run")
        return {invoice["customer"]: invoice for invoice in said["invoices"]}

    def _file(self, text: str) -> str:
        path = self._folder / f"{next(self._files):03d}.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)


def told(invoice: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Kind, first day, day after the last and net of each line."""
    return [(line["kind"], line["period_start"], line["period_end"], line["net"]) for line in invoice["lines"]]


def totals(invoice: dict[str, Any]) -> tuple[str, Sequence[str], str]:
    return invoice["net"], [part["amount"] for part in invoice["vat"]], invoice["gross"]
