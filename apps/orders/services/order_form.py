"""The order form of an order: drawn once when it is validated and kept, drawn on demand before that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.branding.models import Integrator
from apps.core import french
from apps.core.exceptions import DomainError
from apps.core.files import Area, remove, store, stored_bytes
from apps.core.identifiers import national
from apps.core.periods import local_date
from apps.customers.choices import AddressRole
from apps.customers.models import Address, Customer
from apps.documents.apart import run_apart
from apps.documents.seller import branding_of, country_name, seller_of
from apps.documents.snapshot import Party
from apps.lines.choices import DiscountBasis
from apps.orders.choices import NumberSource, OrderKind, OrderState
from apps.orders.models import MobileItem, Order, ServiceItem
from apps.orders.paper import OrderPaper, PaperItem, PaperRow, draw_paper
from apps.orders.services.totals import Totals, charges_of, sold, totals_of

#: Of processor time: a thousand lines take three.
DRAW_SECONDS: Final = 20.0
#: What an order form says whatever it is about.
GENERAL: Final = (
    "Les prix s’entendent hors taxes ; la TVA est facturée au taux en vigueur à la date de chaque facture.",
    "Les montants mensuels sont ceux d’un mois entier, consommations hors forfait non comprises.",
)


def order_form(order: Order) -> bytes:
    """The PDF of an order; «BROUILLON» across it as long as it is not validated.

    Drawn in a process of its own unless a worker has kept it. DomainError before the integrator has said who it is.
    """
    order = Order.objects.select_related("customer", "seller").get(pk=order.pk)
    if order.form_path:
        return stored_bytes(order.form_path)
    return run_apart(draw_paper, paper_of(order), seconds=DRAW_SECONDS)


def keep_form(order: Order) -> bytes:
    """Draw the form of a validated order here, and keep it; for workers. What is kept already is not drawn again."""
    order = Order.objects.select_related("customer", "seller").get(pk=order.pk)
    if order.form_path:
        return stored_bytes(order.form_path)
    drawn = draw_paper(paper_of(order))
    path = store(Area.DOCUMENTS, drawn, suffix=".pdf")
    with transaction.atomic():
        # Another worker may have drawn it as well: the first to say so wins, the files are the same.
        kept = Order.objects.filter(pk=order.pk, form_path="").update(form_path=path)
        if not kept:
            remove(path)
    return drawn


def form_name(order: Order) -> str:
    """What the file is called where it is saved."""
    return f"Bon de commande {order.number}.pdf"


def paper_of(order: Order) -> OrderPaper:
    """All that the form of the order shows, as a frozen value."""
    integrator = Integrator.objects.first()
    if integrator is None or not integrator.legal_name:
        raise DomainError(_("No order form can be made before the integrator’s identity is filled in."))
    customer = order.customer
    addresses = {address.role: address for address in customer.addresses.all()}
    items = list(sold(order))
    totals = totals_of(order)
    delivery = addresses.get(AddressRole.DELIVERY)
    return OrderPaper(
        number=order.number,
        entered_on=local_date(order.created_at),
        settled_on=local_date(order.settled_at) if order.state == OrderState.VALIDATED and order.settled_at else None,
        seller=seller_of(integrator),
        buyer=_party(customer, addresses.get(AddressRole.BILLING) or addresses.get(AddressRole.MAIN)),
        delivery=None if delivery is None else _party(customer, delivery),
        branding=branding_of(integrator, footer=""),
        logo=bytes(integrator.logo) if integrator.logo else None,
        references=tuple(_references(order, len(items))),
        items=tuple(_item(item, totals) for item in items),
        monthly=(totals.monthly_net, totals.monthly_gross),
        once=(totals.once_net, totals.once_gross),
        conditions=(*GENERAL, f"Mode de paiement{french.NBSP}: {customer.get_payment_mode_display()}."),
    )


def _references(order: Order, count: int) -> Iterator[tuple[str, str]]:
    yield "Commande", order.number
    yield "Saisie le", french.long_day(local_date(order.created_at))
    if order.state == OrderState.VALIDATED and order.settled_at is not None:
        yield "Validée le", french.long_day(local_date(order.settled_at))
    yield "Vendeur", order.seller.get_full_name() or order.seller.get_username()
    if order.purchase_order:
        yield "Votre référence", order.purchase_order
    named = "Lignes mobiles" if order.kind == OrderKind.MOBILE else "Articles"
    yield named, french.whole(count)


def _party(customer: Customer, address: Address | None) -> Party:
    return Party(
        legal_name=customer.invoice_name,
        siren=customer.siren,
        vat_number=customer.vat_number,
        address_lines=() if address is None else tuple(filter(None, (address.street, address.complement))),
        postal_code="" if address is None else address.postal_code,
        city="" if address is None else address.city,
        country_name="" if address is None else country_name(address.country),
        customer_number=customer.number,
    )


def _item(item: MobileItem | ServiceItem, totals: Totals) -> PaperItem:
    rows = tuple(
        PaperRow(
            label=charge.label,
            note=charge.note,
            quantity=charge.quantity,
            unit_price=charge.net if charge.unit_price is None else charge.unit_price,
            rate=totals.rate_of(charge),
            net=charge.net,
            monthly=charge.monthly,
        )
        for charge in charges_of(item)
    )
    if isinstance(item, ServiceItem):
        aside = "" if item.line is None else f"ligne {item.line}"
        return PaperItem(
            title=f"{item.position}. {item.offer.label if item.offer else item.handset}",
            aside=aside,
            rows=rows,
            conditions=(_span(item),),
        )
    return PaperItem(
        title=f"{item.position}. {item.user_name}",
        aside=_number(item),
        rows=rows,
        conditions=tuple(_conditions(item)),
    )


def _number(item: MobileItem) -> str:
    if not item.msisdn:
        return "numéro attribué ultérieurement"
    number = national(item.msisdn)
    if item.number_source == NumberSource.PORTED and item.port_on:
        return f"{number}, porté le {french.day(item.port_on)}"
    return number


def _span(item: ServiceItem) -> str:
    if (item.offer is not None and not item.offer.recurring) or (item.handset is not None and not item.months):
        return f"Facturé le {french.day(item.start)}."
    ends = f" jusqu’au {french.day(item.end)} exclu" if item.end else ""
    return f"À compter du {french.day(item.start)}{ends}."


def _conditions(item: MobileItem) -> Iterator[str]:
    yield f"Carte SIM {item.sim.iccid} ; grille tarifaire {item.tariff.label}."
    billed = "à échoir" if item.in_advance else "à terme échu"
    share = "au prorata des jours de service" if item.prorata else "tout mois commencé étant dû"
    engaged = f"Engagement de {item.commitment_months} mois" if item.commitment_months else "Sans engagement"
    start = f" ; facturation à compter du {french.day(item.billed_from)}" if item.billed_from else ""
    yield f"{engaged} ; abonnement facturé {billed}, {share}{start}."
    for discount in item.discounts.all():
        taken = (
            french.percent(discount.percent)
            if discount.percent is not None
            else f"{french.euros(discount.amount)} par mois"
        )
        basis = "l’abonnement" if discount.basis == DiscountBasis.SUBSCRIPTION else "les consommations"
        for_months = f"pendant {discount.months} mois" if discount.months else "sans limite de durée"
        yield f"Remise de {taken} sur {basis}, {for_months}."
    if item.handset is not None and item.imei:
        yield f"IMEI du terminal{french.NBSP}: {item.imei}."
