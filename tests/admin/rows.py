"""Rows for the screens: ``make(20)`` fills every list with twenty rows or more that look like a month's work.

What the services write elsewhere is written straight here: the screens only show it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from PIL import Image

from apps.accounts.choices import Outcome
from apps.accounts.models import SignIn
from apps.billing.choices import ItemState, LineKind, RunState, VatCategory
from apps.billing.models import BillingRun, Invoice, InvoiceLine, InvoiceVat, RunItem
from apps.branding.models import Integrator
from apps.catalog.choices import OfferKind, SaleMode, UsageKind
from apps.catalog.models import Plan
from apps.documents.choices import DocumentKind
from apps.documents.models import NumberSeries
from apps.jobs.choices import JobState, Queue
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.kinds import file_kinds
from apps.jobs.imports.models import FileImport
from apps.jobs.models import Job
from apps.lines.models import Line
from apps.messaging.models import Delivery
from apps.orders.choices import OrderKind, PortState
from apps.orders.models import Order, PortEvent, PortIn
from apps.tariffs.models import TariffVersion
from apps.usage.choices import FileState, RecordDirection, RecordKind, SuspenseReason
from apps.usage.models import CdrFile, CdrFormat, RatedRecord, SuspendedRecord
from tests.admin.bulk_rows import a_bulk_operation
from tests.admin.document_rows import how_invoices_are_made
from tests.admin.mail_rows import MAILED_AT, a_mail, a_template, an_attempt
from tests.admin.order_rows import an_item, orders_of
from tests.admin.provisioning_rows import a_file_exchanged, asked_of_the_operator
from tests.factories import (
    AllowanceFactory,
    DiscountFactory,
    HandsetFactory,
    HandsetPriceFactory,
    LineFactory,
    LineOperationFactory,
    LineSimFactory,
    MandateFactory,
    OneOffChargeFactory,
    OptionFactory,
    PlanFactory,
    RateFactory,
    ServiceFactory,
    SimCardFactory,
    SubscriptionFactory,
    TariffVersionFactory,
    UserFactory,
)
from tests.factories_planned import PlannedOperationFactory
from tests.orders.arrivals import a_port_in

OCTOBER = date(2026, 10, 1)
NOVEMBER = date(2026, 11, 1)
ISSUED_ON = date(2026, 11, 3)


def make(upto: int, *, have: int = 0) -> None:
    """``upto`` rows of everything that has a list, and as many children on the pages that have tables.

    A world made before is made larger when ``have`` says how many rows it holds.
    """
    integrator()
    plan = Plan.objects.first() or a_plan()
    version = TariffVersion.objects.first() or TariffVersionFactory()
    file = CdrFile.objects.order_by("pk").first() or a_file(0)
    run = BillingRun.objects.filter(period=OCTOBER).first() or a_run(OCTOBER, RunState.DONE)
    for number in range(have, upto):
        line = LineFactory(plan=plan, tariff=version.tariff, price=Decimal("19.90"))
        children(line)
        orders_of(line.customer, number)
        RateFactory(version=version, prefix=f"33{number:04d}", price_minute=Decimal("0.035"))
        SimCardFactory(msisdn=f"3363999{number:04d}", network="ISM", batch="LOT001")
        a_handset()
        OptionFactory()
        PlanFactory()
        ServiceFactory(kind=OfferKind.EQUIPMENT if number % 2 else OfferKind.SERVICE)
        TariffVersionFactory()
        TariffVersionFactory(tariff=version.tariff, valid_from=OCTOBER + timedelta(days=number))
        UserFactory()
        a_file(number + 1)
        a_rated_record(file, line, number)
        a_waiting_record(file, number)
        a_number_to_come(number)
        an_invoice(run, line, number)
        a_run(date(2020 + number // 12, number % 12 + 1, 1), RunState.DONE)
        a_mail(number)
        a_template(number)
        a_sign_in(number)
        an_entry(line, number)
        a_job(number)
        files_sent(number)
        a_bulk_operation(number)
        how_invoices_are_made(number)
        asked_of_the_operator(line, number)
        a_file_exchanged(number)
        more_of_the_first(file, run, number)


def more_of_the_first(file: CdrFile, run: BillingRun, number: int) -> None:
    """One more child of every kind for the first line, customer, card and invoice: their pages are lists too."""
    line = Line.objects.order_by("pk")[0]
    children(line)
    a_rated_record(file, line, 500 + number)
    asked_of_the_operator(line, 4 * number)
    LineFactory(customer=line.customer, plan=None)
    day = line.activated_on - timedelta(days=2 * number + 2)
    LineSimFactory(line=line, sim=SimCardFactory(), start=day, end=day + timedelta(days=1))
    other = LineFactory(bare=True)
    LineSimFactory(line=other, sim=line.sims.latest("start").sim, start=day, end=day + timedelta(days=1))
    an_invoice(a_run(date(2030 + number // 12, number % 12 + 1, 1), RunState.DONE), line, 500 + number)
    an_attempt(Delivery.objects.earliest("pk"), number + 2)
    orders_of(line.customer, 5000 + number)
    an_item(Order.objects.drafts().filter(kind=OrderKind.MOBILE).earliest("pk"), 7000 + number)


def a_plan() -> Plan:
    plan = PlanFactory(label="Forfait Pro illimité", throughput="5G")
    AllowanceFactory(offer=plan, kind=UsageKind.VOICE, quantity=None, unlimited=True)
    AllowanceFactory(offer=plan, kind=UsageKind.DATA, quantity=20 * 1024**3)
    return Plan.objects.get(pk=plan.pk)


def a_handset() -> None:
    """A handset with a price of today and one to come in every sale mode."""
    handset = HandsetFactory(wholesale_cost=Decimal("300.00"))
    for mode in SaleMode:
        months = 24 if mode == SaleMode.INSTALMENTS else 0
        begins = date(2099, 1, 1)
        HandsetPriceFactory(handset=handset, mode=mode, months=months, end=begins)
        HandsetPriceFactory(handset=handset, mode=mode, months=months, start=begins)


def children(line: Line) -> None:
    """What a line collects over the years."""
    option = SubscriptionFactory(line=line, offer=OptionFactory(), price=Decimal("5.00"), start=line.activated_on)
    DiscountFactory(subscription=option)
    OneOffChargeFactory(customer=line.customer, line=line)
    LineOperationFactory(line=line)
    PlannedOperationFactory(line=line, effective_on=date(2027, 1, 1) + timedelta(days=line.planned_operations.count()))
    MandateFactory(customer=line.customer, revoked_on=date(2026, 6, 1))


def integrator() -> Integrator:
    company, is_new = Integrator.objects.get_or_create(
        pk=Integrator.SOLE,
        defaults={
            "legal_name": "Télécom Exemple SAS",
            "trade_name": "Télécom Exemple",
            "siren": "732829320",
            "address": "1 RUE DE L EXEMPLE",
            "postal_code": "75011",
            "city": "PARIS",
        },
    )
    if is_new:
        company.put_logo(an_image("PNG"))
        company.put_favicon(an_image("PNG", 32, 32))
        company.save()
    return company


def an_image(kind: str, width: int = 240, height: int = 80) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "#1f4e79").save(file, kind)
    return file.getvalue()


def a_number_to_come(number: int) -> None:
    """A port-in, and one more event in the life of the first."""
    a_port_in(list(PortState)[1 + number % 8])
    first = PortIn.objects.earliest("pk")
    PortEvent.objects.create(
        port_in=first, before=PortState.TO_SEND, after=PortState.SENT, rio=first.rio, port_on=first.port_on
    )


# --- Call records


def a_format() -> CdrFormat:
    return CdrFormat.objects.get_or_create(code="ISM", defaults={"label": "ISM"})[0]


def a_file(number: int, **fields: Any) -> CdrFile:
    return CdrFile.objects.create(
        **{
            "name": f"CDR_MOBILE_DEMO_202610_{number:02d}.csv",
            "sha256": f"{number:064d}",
            "size": 1_234_567,
            "format": a_format(),
            "state": FileState.LOADED,
            "finished_at": datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
            "lines": 100,
            "rated": 92,
            "duplicate": 3,
            "unknown_number": 2,
            "inactive_line": 1,
            "unrated": 1,
            "malformed": 1,
            "amount": Decimal("812.777595"),
            "cost": Decimal("132.375460"),
            **fields,
        }
    )


def _record(file: CdrFile, number: int) -> dict[str, Any]:
    kind = list(RecordKind)[number % 4]
    quantity = {RecordKind.VOICE: 754, RecordKind.DATA: 18_874_368}.get(kind, 1)
    return {
        "file": file,
        "format_id": file.format_id,
        "month": OCTOBER,
        "cdr_id": f"202610-{file.pk}-{number:08d}",
        "started_at": datetime(2026, 10, 5, 8, tzinfo=UTC) + timedelta(minutes=17 * number),
        "local_date": OCTOBER + timedelta(days=number % 28),
        "kind": kind,
        "direction": RecordDirection.MO,
        "correspondent": "" if kind == RecordKind.DATA else "33639980099",
        "quantity": quantity,
        "origin_zone": "FR",
        "cost": Decimal("0.014305"),
    }


def a_rated_record(file: CdrFile, line: Line, number: int) -> RatedRecord:
    record = _record(file, number)
    return RatedRecord.objects.create(
        id=1_000 + number,
        msisdn=line.msisdn,
        line=line,
        destination="France mobile",
        billed_quantity=record["quantity"],
        covered_quantity=record["quantity"] // 3,
        price=Decimal("0.754000"),
        **record,
    )


def a_waiting_record(file: CdrFile, number: int) -> SuspendedRecord:
    return SuspendedRecord.objects.create(
        id=1_000_000 + number,
        msisdn=f"3363997{number:04d}",
        reason=list(SuspenseReason)[number % 4],
        line_number=number + 2,
        raw="202610-07;33639970000;…",
        **_record(file, number),
    )


# --- Invoices


def a_run(period: date, state: RunState) -> BillingRun:
    return BillingRun.objects.create(period=period, state=state, created_by=UserFactory())


def an_invoice(run: BillingRun, line: Line, number: int, *, issued: bool = True) -> Invoice:
    """An invoice with a line per kind. Its lines come first: those of an issued one are frozen."""
    invoice = Invoice.objects.create(
        run=run,
        customer=line.customer,
        period_start=run.period,
        period_end=NOVEMBER,
        net=Decimal("1234.50"),
        vat=Decimal("246.90"),
        gross=Decimal("1481.40"),
    )
    for position, (kind, label, net) in enumerate(CONTENT, start=1):
        InvoiceLine.objects.create(
            invoice=invoice,
            position=position,
            kind=kind,
            label=label,
            line=line,
            msisdn=line.msisdn,
            user_name=line.user_name,
            period_start=run.period,
            period_end=NOVEMBER,
            unit_price=abs(net),
            net=net,
            vat_rate=20,
            vat_category=VatCategory.STANDARD,
        )
    InvoiceVat.objects.create(
        invoice=invoice, category=VatCategory.STANDARD, rate=20, base=invoice.net, amount=invoice.vat
    )
    RunItem.objects.create(run=run, customer=line.customer, state=ItemState.ISSUED if issued else ItemState.DRAFTED)
    if issued:
        Invoice.objects.filter(pk=invoice.pk).update(
            series=a_series(),
            number=f"F202611-{number + 1:05d}",
            position=number + 1,
            counter=number + 1,
            issue_date=ISSUED_ON,
            due_date=date(2026, 12, 3),
            snapshot={},
            digest="0" * 64,
            previous_digest="0" * 64,
        )
        invoice.refresh_from_db()
    return invoice


CONTENT = [
    (LineKind.SUBSCRIPTION, "Forfait Pro illimité", Decimal("1199.50")),
    (LineKind.DISCOUNT, "Remise 10 %", Decimal("-19.95")),
    (LineKind.USAGE, "Voix · France mobile", Decimal("54.95")),
]


def a_series() -> NumberSeries:
    return NumberSeries.objects.get_or_create(kind=DocumentKind.INVOICE, defaults={"pattern": "F{YYYY}{MM}-{N:5}"})[0]


# --- People


def a_sign_in(number: int) -> SignIn:
    user = UserFactory() if number % 4 else None
    return SignIn.objects.create(
        at=datetime(2026, 11, 3, 8, tzinfo=UTC) + timedelta(minutes=number),
        outcome=list(Outcome)[number % 5] if user else Outcome.FAILED,
        user=user,
        username=user.username if user else "",
        ip=f"192.0.2.{number + 1}",
        browser="Firefox 145, Windows",
    )


def an_entry(line: Line, number: int) -> LogEntry:
    """What somebody did to a line, and another to its customer."""
    row: Any = line if number % 2 else line.customer
    (entry,) = LogEntry.objects.log_actions(UserFactory().pk, [row], CHANGE, "Modifier utilisateur")
    return entry


def files_sent(number: int) -> None:
    """One file of each kind, checked and waiting to be confirmed."""
    differences = [["LOT", f"L{place}", f"M{place}"] for place in range(number + 1)]
    for kind in file_kinds():
        FileImport.objects.create(
            kind=kind.code,
            name=f"livraison_{number}.csv",
            parameters={"table": "STANDARD", "valid_from": ""},  # of grids; others ask for nothing
            state=ImportState.READY,
            changed=number + 1,
            fingerprints=["0"],
            review={"changed": [{"line": 2, "key": "8933", "differences": differences}]},
            created_by=UserFactory(),
        )


def a_job(number: int) -> Job:
    """One that ran to its end; who may look at its kind sees it."""
    return Job.objects.create(
        kind="usage.load",
        queue=Queue.CDR,
        state=JobState.DONE,
        done=100,
        total=100,
        attempt=1,
        created_by=UserFactory(),
        started_at=MAILED_AT,
        finished_at=MAILED_AT + timedelta(minutes=number + 1),
    )
