"""What to look at before invoices are numbered (SPEC J2). They warn; none of them refuses anything.

A fixed number of queries, whatever the size of the run; none is asked by a list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.billing.choices import ItemState
from apps.billing.models import BillingRun, Invoice
from apps.branding.models import Integrator
from apps.catalog.choices import OfferKind
from apps.core import french
from apps.core.periods import Month
from apps.customers.choices import ContactRole, CustomerKind, VatRegime
from apps.customers.models import Contact, Customer, Mandate
from apps.documents.choices import DocumentKind, PaymentMode
from apps.lines.models import Line, Subscription
from apps.usage.models import RatedRecord
from apps.usage.services.files import loading_files, pending_counts

EXAMPLES = 5
TIMES_THE_MEDIAN = 5
# A median of fewer says nothing.
FEWEST_INVOICES = 3
NOTABLE_CHANGE = Decimal(20)  # per cent


@dataclass(frozen=True, slots=True)
class Example:
    """One of the rows that a precaution is about."""

    label: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Precaution:
    """One thing that was looked at. ``is_fine``: there is nothing to see to."""

    title: str
    sentence: str
    is_fine: bool = False
    link: str = ""
    examples: tuple[Example, ...] = ()
    #: How many rows more than the examples.
    more: int = 0


def precautions(
    *, month: Month, today: date, run: BillingRun | None = None, customers: Iterable[Customer] = ()
) -> list[Precaution]:
    """Everything that is looked at, in the order of the work: the month, who invoices, calls, lines, customers, drafts.

    Without drafts, the customers are those given, or all that have something running in the month.
    """
    invoices = Invoice.objects.none() if run is None else run.invoices.all()
    has_drafts = invoices.exists()
    chosen = [customer.pk for customer in (run.customers.all() if run is not None and has_drafts else customers)]
    billed: QuerySet[Customer] = _with_something_running(month, chosen)
    if has_drafts:
        billed = Customer.objects.filter(pk__in=invoices.values("customer"))
    found = [*_of_the_month(month, today), _own_identity()]
    found += [*_of_the_calls(month), _lines_without_price(month, chosen)]
    found += _of_the_customers(billed)
    if run is not None and has_drafts:
        found += [_refused(run), _zero_or_negative(run), _against_last_month(run), _unusual(run)]
    return found


def to_see_to(found: Iterable[Precaution]) -> list[str]:
    """Sentences for a dialog: only what is not as it should be."""
    return [one.sentence for one in found if not one.is_fine]


def _with_something_running(month: Month, chosen: Sequence[int]) -> QuerySet[Customer]:
    running = Subscription.objects.filter(_overlapping(month), customer=OuterRef("pk"))
    billed = Customer.objects.filter(Exists(running))
    return billed.filter(pk__in=chosen) if chosen else billed


def _overlapping(month: Month) -> Q:
    return Q(start__lt=month.end) & (Q(end=None) | Q(end__gt=month.start))


# --- The month and its calls


def _of_the_month(month: Month, today: date) -> Iterator[Precaution]:
    title = _("Period")
    if month.start > today:
        yield Precaution(title=title, sentence=_("This month has not begun."))
    elif month.end > today:
        sentence = _("This month is not over: what is still to come will be billed with the next one.")
        yield Precaution(title=title, sentence=sentence)
    else:
        yield Precaution(title=title, sentence=_("This month is over."), is_fine=True)


def _own_identity() -> Precaution:
    """Who invoices: without an identity no document can be made, and some of its fields are missed afterwards only."""
    title, link = _("Your identity"), reverse("admin:branding_integrator_changelist")
    company = Integrator.objects.defer("logo", "favicon").first()
    if company is None:
        sentence = _("Your company is not filled in yet in “Identity & logo”: no invoice can be numbered without it.")
        return Precaution(title=title, sentence=sentence, link=link)
    wanted = {
        "vat_number": company.vat_number,
        "iban": company.iban,
        "mail_sender": company.mail_sender or company.email,
    }
    missing = [str(label_for_field(name, Integrator)) for name, value in wanted.items() if not value]
    if missing:
        sentence = _("Not filled in yet in “Identity & logo”: %(fields)s.") % {"fields": ", ".join(missing)}
        return Precaution(title=title, sentence=sentence, link=link)
    sentence = _("Your company, its VAT number, its IBAN and the address that your mails leave from are filled in.")
    return Precaution(title=title, sentence=sentence, is_fine=True, link=link)


def _of_the_calls(month: Month) -> Iterator[Precaution]:
    files = reverse("admin:usage_cdrfile_changelist")
    title = _("CDR files")
    if loading := loading_files():
        names = {"files": ", ".join(loading)}
        sentence = _("Call records are still being loaded (%(files)s): nothing is numbered before their end.") % names
        yield Precaution(title=title, sentence=sentence, link=files)
    elif not RatedRecord.objects.filter(month=month.start).exists():
        sentence = _("No call record of this month has been loaded.")
        yield Precaution(title=title, sentence=sentence, link=files)
    else:
        sentence = _("Call records of this month have been loaded.")
        yield Precaution(title=title, sentence=sentence, is_fine=True, link=files)
    waiting = sum(pending_counts(month.start).values())
    yield Precaution(
        title=_("Waiting CDRs"),
        sentence=ngettext(
            "%(count)s call record of this month is still waiting and will not be billed.",
            "%(count)s call records of this month are still waiting and will not be billed.",
            waiting,
        )
        % {"count": french.whole(waiting)}
        if waiting
        else _("No call record of this month is waiting."),
        is_fine=not waiting,
        link=reverse("admin:usage_suspendedrecord_changelist") if waiting else "",
    )


def _lines_without_price(month: Month, chosen: Sequence[int]) -> Precaution:
    plan = Subscription.objects.filter(_overlapping(month), line=OuterRef("pk"), kind=OfferKind.PLAN)
    served = Q(billing_start__lt=month.end) & (Q(terminated_on=None) | Q(terminated_on__gt=month.start))
    lines = Line.objects.filter(served, ~Exists(plan)).order_by("msisdn", "pk")
    if chosen:
        lines = lines.filter(customer__in=chosen)
    count, examples = _first_of(
        lines, "pk", "msisdn", lambda pk, msisdn: (msisdn or str(pk), reverse("admin:lines_line_change", args=[pk]))
    )
    return _counted(
        _("Lines without price"),
        ngettext(
            "%(count)s line is served in this month and has no plan: its subscription is not billed.",
            "%(count)s lines are served in this month and have no plan: their subscription is not billed.",
            count,
        ),
        _("Every line that is served in this month has a plan."),
        count,
        examples,
    )


# --- The customers


def _of_the_customers(billed: QuerySet[Customer]) -> Iterator[Precaution]:
    reached = Contact.objects.filter(role=ContactRole.BILLING, customer=OuterRef("pk")).exclude(email="")
    yield _customers(
        _("E-mail addresses"),
        billed.filter(~Exists(reached)),
        lambda count: ngettext(
            "%(count)s customer has no e-mail address for invoices: nothing can be sent there.",
            "%(count)s customers have no e-mail address for invoices: nothing can be sent there.",
            count,
        ),
        _("Every customer has an e-mail address for invoices."),
    )
    in_force = Mandate.objects.filter(customer=OuterRef("pk"), revoked_on=None)
    yield _customers(
        _("Mandates"),
        billed.filter(~Exists(in_force), payment_mode=PaymentMode.DIRECT_DEBIT),
        lambda count: ngettext(
            "%(count)s customer pays by direct debit without a mandate in force.",
            "%(count)s customers pay by direct debit without a mandate in force.",
            count,
        ),
        _("Every direct debit has its mandate."),
    )
    unnamed = billed.filter(siren="").exclude(kind=CustomerKind.INDIVIDUAL).exclude(vat_regime=VatRegime.EU_REVERSE)
    yield _customers(
        _("SIREN"),
        unnamed,
        lambda count: ngettext(
            "%(count)s business has no SIREN, which its invoice must show.",
            "%(count)s businesses have no SIREN, which their invoices must show.",
            count,
        ),
        _("Every business has its SIREN."),
    )


def _customers(title: str, rows: QuerySet[Customer], sentence: Any, fine: str) -> Precaution:
    count, examples = _first_of(rows.order_by("number"), "pk", "number", _customer_example)
    return _counted(title, sentence(count), fine, count, examples)


def _customer_example(pk: int, number: str) -> tuple[str, str]:
    return number, reverse("admin:customers_customer_change", args=[pk])


# --- The drafts


def _refused(run: BillingRun) -> Precaution:
    rows = run.items.filter(state=ItemState.FAILED).order_by("customer__number")
    count, examples = _first_of(rows, "customer_id", "customer__number", _customer_example)
    return _counted(
        _("Refused customers"),
        ngettext(
            "%(count)s customer is refused and gets no invoice.",
            "%(count)s customers are refused and get no invoice.",
            count,
        ),
        _("No customer is refused."),
        count,
        examples,
    )


def _zero_or_negative(run: BillingRun) -> Precaution:
    count, examples = _first_of(
        run.invoices.filter(gross__lte=0).order_by("customer__number"), "pk", "customer__number", _invoice_example
    )
    return _counted(
        _("Zero or negative invoices"),
        ngettext(
            "%(count)s invoice is of zero or less; a negative one is not numbered.",
            "%(count)s invoices are of zero or less; negative ones are not numbered.",
            count,
        ),
        _("Every invoice has something to pay."),
        count,
        examples,
    )


def _invoice_example(pk: int, label: str) -> tuple[str, str]:
    return label, reverse("admin:billing_invoice_change", args=[pk])


def _against_last_month(run: BillingRun) -> Precaution:
    last = Invoice.objects.issued().filter(run__period=run.month.plus(-1).start, kind=DocumentKind.INVOICE)
    now, before = run.invoices.totals()["net"], last.totals()["net"]
    title = _("Total against last month")
    if before <= 0:
        sentence = _("%(net)s excluding tax; nothing was invoiced for the month before.") % {"net": french.euros(now)}
        return Precaution(title=title, sentence=sentence)
    change = (now - before) * 100 / before
    sign = "+" if change > 0 else ""
    sentence = _("%(net)s excluding tax, against %(before)s for the month before (%(change)s).") % {
        "net": french.euros(now),
        "before": french.euros(before),
        "change": f"{sign}{french.decimal_text(change, at_most=1)}{french.NBSP}%",
    }
    return Precaution(title=title, sentence=sentence, is_fine=abs(change) <= NOTABLE_CHANGE)


def _unusual(run: BillingRun) -> Precaution:
    drafts = list(run.invoices.order_by("customer__number").values_list("pk", "customer_id", "customer__number", "net"))
    year = run.month.plus(-12).start
    earlier: dict[int, list[Decimal]] = defaultdict(list)
    history = Invoice.objects.issued().filter(
        kind=DocumentKind.INVOICE, issue_date__gte=year, customer__in=run.invoices.values("customer")
    )
    for customer, net in history.exclude(run=run).values_list("customer_id", "net"):
        earlier[customer].append(net)
    unusual = [
        _invoice_example(pk, f"{number} ({french.euros(net)})")
        for pk, customer, number, net in drafts
        if len(earlier[customer]) >= FEWEST_INVOICES and net > TIMES_THE_MEDIAN * median(earlier[customer])
    ]
    count = len(unusual)
    return _counted(
        _("Unusual amounts"),
        ngettext(
            "%(count)s invoice is of more than five times what the customer usually pays.",
            "%(count)s invoices are of more than five times what the customer usually pays.",
            count,
        ),
        _("No invoice is of more than five times what the customer usually pays."),
        count,
        tuple(Example(*one) for one in unusual[:EXAMPLES]),
    )


def _first_of(rows: QuerySet[Any], pk: str, label: str, example: Any) -> tuple[int, tuple[Example, ...]]:
    """How many there are, and the first few of them."""
    return rows.count(), tuple(Example(*example(*row)) for row in rows.values_list(pk, label)[:EXAMPLES])


def _counted(title: str, sentence: str, fine: str, count: int, examples: tuple[Example, ...]) -> Precaution:
    return Precaution(
        title=title,
        sentence=sentence % {"count": french.whole(count)} if count else fine,
        is_fine=not count,
        examples=examples,
        more=max(0, count - len(examples)),
    )
