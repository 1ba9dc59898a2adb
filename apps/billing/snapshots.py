"""All that a document shows, gathered from the rows into one frozen value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from apps.billing.choices import LineKind
from apps.billing.models import Invoice, InvoiceLine
from apps.branding.models import Integrator
from apps.core.exceptions import DomainError
from apps.customers.choices import AddressRole, CustomerKind
from apps.customers.models import Address, Customer, Mandate
from apps.documents import terms
from apps.documents.choices import PaymentMode
from apps.documents.mentions import mentions_of
from apps.documents.models import InvoiceLayout, PaymentMethod, PaymentTerms
from apps.documents.payment_texts import PaymentFacts, payment_text
from apps.documents.penalties import HalfYear, Rates
from apps.documents.seller import bank_of, branding_of, country_name, seller_of
from apps.documents.services import all_rates
from apps.documents.snapshot import (
    Citation,
    DocumentKind,
    InvoiceSnapshot,
    Item,
    ItemKind,
    Party,
    Payment,
    VatTotal,
)

MODES = {
    PaymentMode.DIRECT_DEBIT: "Prélèvement SEPA",
    PaymentMode.TRANSFER: "Virement",
    PaymentMode.CHEQUE: "Chèque",
    PaymentMode.CARD: "Carte bancaire",
    PaymentMode.LCR: "LCR",
    PaymentMode.CASH: "Espèces",
}


@dataclass(frozen=True)
class Surroundings:
    """What all invoices of a run share: the integrator, the texts, the default terms."""

    integrator: Integrator
    layout: InvoiceLayout
    payment_texts: dict[str, str]
    default_terms: terms.PaymentTerms
    #: By half-year, where the integrator has filled them in.
    penalty_rates: dict[HalfYear, Rates]

    def terms_of(self, customer: Customer) -> terms.PaymentTerms:
        own = customer.payment_terms
        return self.default_terms if own is None else own.terms


def surroundings() -> Surroundings:
    """Read them once per run; DomainError when the integrator has not said who it is."""
    integrator = Integrator.objects.first()
    layout = InvoiceLayout.objects.first()  # the latest
    default = PaymentTerms.objects.filter(is_default=True).first()
    if integrator is None or layout is None:
        raise DomainError(_("No invoice can be made before the integrator's identity is filled in."))
    return Surroundings(
        integrator=integrator,
        layout=layout,
        payment_texts=dict(PaymentMethod.objects.values_list("mode", "text")),
        default_terms=terms.PaymentTerms() if default is None else default.terms,
        penalty_rates=all_rates(),
    )


def snapshot_of(invoice: Invoice, around: Surroundings, *, today: date | None = None) -> InvoiceSnapshot:
    """The document of ``invoice``, issued or draft; a draft not dated yet is shown as of ``today``."""
    customer = invoice.customer
    issue_date = invoice.issue_date or today
    if issue_date is None:
        raise ValueError("a draft is shown as of a day")
    due_date = invoice.due_date or around.terms_of(customer).due_date(issue_date)
    addresses = {address.role: address for address in customer.addresses.all()}
    main = addresses.get(AddressRole.BILLING) or addresses.get(AddressRole.MAIN)
    if main is None:
        raise DomainError(_("The customer has no address."))
    lines = list(invoice.lines.all())
    cited = invoice.cancels
    return InvoiceSnapshot(
        kind=DocumentKind(invoice.kind),
        number=invoice.number,
        issue_date=issue_date,
        due_date=due_date,
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        seller=seller_of(around.integrator),
        buyer=_buyer(customer, main),
        delivery=_buyer(customer, addresses[AddressRole.DELIVERY]) if AddressRole.DELIVERY in addresses else None,
        bank=bank_of(around.integrator),
        items=tuple(_item(line) for line in lines),
        vat_totals=tuple(
            VatTotal(category=part.category, rate=part.rate, base=part.base, amount=part.amount, reason=part.mention)
            for part in invoice.vat_totals.all()
        ),
        net=invoice.net,
        vat=invoice.vat,
        gross=invoice.gross,
        payment=_payment(invoice, around, due_date),
        purchase_order=customer.purchase_order,
        cost_center=customer.cost_centre,
        mentions=mentions_of(
            around.layout,
            individual=customer.kind == CustomerKind.INDIVIDUAL,
            operation_category=_operation_category(lines),
            rates=around.penalty_rates.get(HalfYear.of(issue_date)),
        ),
        branding=branding_of(around.integrator, footer=around.layout.footer),
        layout_version=str(around.layout.version),
        cites=None
        if cited is None or cited.number is None or cited.issue_date is None
        else Citation(number=cited.number, issue_date=cited.issue_date),
    )


def _buyer(customer: Customer, address: Address) -> Party:
    return Party(
        legal_name=customer.invoice_name,
        name=customer.name,
        siren=customer.siren,
        siret=customer.siret,
        vat_number=customer.vat_number,
        address_lines=tuple(filter(None, (address.street, address.complement))),
        postal_code=address.postal_code,
        city=address.city,
        country=address.country,
        country_name=country_name(address.country),
        customer_number=customer.number,
    )


def _item(line: InvoiceLine) -> Item:
    return Item(
        position=line.position,
        kind=ItemKind(line.kind),
        label=line.label,
        msisdn=line.msisdn,
        user_name=line.user_name,
        period_start=line.period_start,
        period_end=line.period_end,
        quantity=Decimal(line.quantity),
        unit_price=line.unit_price,
        net=line.net,
        vat_rate=line.vat_rate,
        vat_category=line.vat_category,
        third_party=line.third_party,
        detail=line.detail,
    )


def _payment(invoice: Invoice, around: Surroundings, due_date: date) -> Payment:
    mode = PaymentMode(invoice.customer.payment_mode)
    mandate = _mandate(invoice.customer)
    facts = PaymentFacts(
        due_date=due_date,
        amount=invoice.gross,
        mode=MODES[mode],
        number=invoice.number,
        iban=around.integrator.iban,
        bic=around.integrator.bic,
        mandate="" if mandate is None else mandate.reference,
        customer_iban="" if mandate is None else mandate.iban,
    )
    return Payment(code=mode.untdid, label=MODES[mode], text=payment_text(around.payment_texts.get(mode, ""), facts))


def _mandate(customer: Customer) -> Mandate | None:
    return next((mandate for mandate in customer.mandates.all() if mandate.revoked_on is None), None)


def _operation_category(lines: Iterable[InvoiceLine]) -> str:
    """Category of operation (CGI ann. II 242 nonies A, I-11°): goods, services or both."""
    goods = {line.goods for line in lines if line.kind != LineKind.DISCOUNT}
    if goods == {True}:
        return "Catégorie d’opération : livraison de biens"
    both = "livraison de biens et prestation de services"
    return f"Catégorie d’opération : {both if True in goods else 'prestation de services'}"
