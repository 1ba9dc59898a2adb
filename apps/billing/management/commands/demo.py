"""``manage.py demo``: a reseller with one invoiced month, to look at."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.billing.demo import (
    MONTH,
    PACKAGED,
    Account,
    CustomerAccount,
    Size,
    generate,
    installed_customer,
    installed_integrator,
    installed_people,
    invoiced_run,
    packaged,
    play,
)
from apps.billing.models import BillingRun, Invoice
from apps.core.commands import Report, ReportCommand
from apps.core.french import euros, whole
from apps.core.money import amount_text
from apps.customers.models import Customer
from apps.lines.models import Line
from apps.sims.models import SimCard
from apps.usage.models import CdrFile


def at_least(minimum: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if number < minimum:
            raise argparse.ArgumentTypeError(f"{number} is below {minimum}")
        return number

    return count


class Command(ReportCommand):
    help = "Fill an empty installation with a reseller and invoice its October 2026. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        default = Size()
        drawn = parser.add_argument_group("a reseller drawn by lot, instead of the packaged one")
        drawn.add_argument("--customers", type=at_least(1), metavar="N", help=f"default: {default.customers}")
        drawn.add_argument("--lines", type=at_least(1), metavar="N", help=f"default: {default.lines}")
        drawn.add_argument("--cdrs", type=at_least(0), metavar="N", help=f"default: {default.cdrs}")
        drawn.add_argument("--seed", type=int, metavar="N", help=f"the same gives the same (default: {default.seed})")

    def report(self, **options: Any) -> Report:
        given = {name: options[name] for name in Size.__dataclass_fields__ if options[name] is not None}
        size = Size(**given) if given else None
        installed_integrator(reseller=size.name if size else PACKAGED)
        people = installed_people()
        run = invoiced_run()
        if run is None:
            tell = _in_silence if options["as_json"] else self.stdout.write
            with TemporaryDirectory(prefix="ism-demo-") as folder:
                reseller = generate(size, Path(folder)) if size else packaged()
                run = play(reseller=reseller, today=localdate(), actor=people[0].user, tell=tell)
        return _report(run, people, installed_customer())


def _in_silence(sentence: str) -> None:
    """Nobody listens: the report alone is wanted."""


def _report(run: BillingRun, people: list[Account], customer: CustomerAccount | None) -> Report:
    counts = {
        "customers": Customer.objects.count(),
        "lines": Line.objects.count(),
        "sims": SimCard.objects.count(),
    }
    records = CdrFile.objects.aggregate(lines=Sum("lines", default=0), rated=Sum("rated", default=0))
    invoices = run.invoices.issued().order_by("position")
    sums = invoices.aggregate(**{name: Sum(name, default=Decimal(0)) for name in ("net", "vat", "gross")})
    first, last = invoices.first(), invoices.last()
    return Report(
        lines=[
            "",
            _("%(customers)s customers, %(lines)s lines, %(sims)s SIM cards") % _written(counts),
            _("%(lines)s call records, of which %(rated)s rated") % _written(records),
            *([_invoiced(invoices.count(), first, last)] if first and last else []),
            _("Totals: %(net)s excluding tax, %(vat)s of VAT, %(gross)s including tax")
            % {name: euros(amount) for name, amount in sums.items()},
            "",
            *_guide(people, customer),
        ],
        data={
            "username": people[0].user.username,
            "password": people[0].password or None,
            "people": [
                {"username": one.user.username, "role": one.role, "password": one.password or None} for one in people
            ],
            "customer": {"login": customer.customer.login, "password": customer.password or None} if customer else None,
            **counts,
            "cdrs": records["lines"],
            "rated": records["rated"],
            "invoices": invoices.count(),
            **{name: amount_text(amount) for name, amount in sums.items()},
        },
    )


def _written(counts: Mapping[str, int]) -> dict[str, str]:
    return {name: whole(count) for name, count in counts.items()}


def _invoiced(count: int, first: Invoice, last: Invoice) -> str:
    return ngettext(
        "%(count)s invoice of %(month)s: %(first)s",
        "%(count)s invoices of %(month)s: %(first)s to %(last)s",
        count,
    ) % {"count": whole(count), "month": date_format(MONTH.start, "F Y"), "first": first.number, "last": last.number}


def _guide(people: list[Account], customer: CustomerAccount | None) -> Iterator[str]:
    yield _("Sign in as one of these:")
    names, roles = max(len(one.user.username) for one in people), max(len(one.role) for one in people)
    for one in people:
        password = one.password or _("the password that was chosen since")
        yield f"  {one.user.username:{names}}  {one.role:{roles}}  {password}"
    yield ""
    if customer:
        yield _("Or as a customer, under /espace-client/:")
        password = customer.password or _("the password that was chosen since")
        yield f"  {customer.customer.login}  {customer.customer.name}  {password}"
        yield ""
    yield _("Then look at:")
    yield _("  Billing › Invoices: open one, “View” shows its PDF")
    yield _("  Billing › Waiting CDRs: what could not be rated, and why")
    yield _("  Mobile fleet: a line, its periods, its usage, its invoices")
    yield _("  Customers, Loading of mobile CDRs, Launch of the invoices, Minute grids, Identity & logo")
