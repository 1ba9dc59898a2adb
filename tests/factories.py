"""Rows that are valid by default: a test states only what it is about.

``LineFactory()`` is an active line as take-over leaves it: its number, card, grid, status and plan are
there, open and beginning on ``activated_on``. ``plan=``, ``price=``, ``sim=`` and ``tariff=`` choose what
these hold. Traits: ``suspended``, ``terminated`` (on 1 October 2026), ``pending``; a ``bare`` one has no
periods. Numbers are those reserved for fiction.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from apps.accounts.models import User
from apps.branding.models import Integrator
from apps.catalog.choices import OfferKind, SaleMode, UsageKind
from apps.catalog.models import Allowance, Handset, HandsetPrice, Offer, OfferPrice
from apps.core.identifiers import luhn_digit
from apps.customers.choices import AddressRole, ContactRole
from apps.customers.models import Address, Contact, Customer, Mandate
from apps.lines.choices import Barring, DiscountBasis, LineStatus, OperationKind
from apps.lines.models import (
    Discount,
    Line,
    LineNumber,
    LineOperation,
    LineSim,
    LineState,
    LineTariff,
    OneOffCharge,
    Subscription,
)
from apps.sims.choices import SimFormat, SimStatus
from apps.sims.models import SimCard
from apps.tariffs.choices import Direction
from apps.tariffs.models import Rate, Tariff, TariffVersion

ACTIVATED = date(2026, 1, 1)
TERMINATED = date(2026, 10, 1)
FIRST_PRICES = date(2000, 1, 1)


def iccid(number: int) -> str:
    """A card number of 19 digits with its check digit."""
    body = f"893322{number:012d}"
    return body + luhn_digit(body)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"agent{n}")
    is_staff = True


class IntegratorFactory(DjangoModelFactory[Integrator]):
    """The one company that this installation serves, ready to issue invoices."""

    class Meta:
        model = Integrator
        django_get_or_create = ("pk",)  # the next one is the same one

    pk = Integrator.SOLE
    legal_name = "Télécom Démo SAS"
    legal_form = "SAS"
    capital = "50 000 €"
    siren = "732829320"
    rcs = "RCS Paris 732 829 320"
    vat_number = "FR44732829320"
    address = "1 rue de la Paix"
    postal_code = "75002"
    city = "Paris"
    iban = "FR7630004500190859965184296"
    bic = "BNPAFRPP"


# --- Catalogue


class OfferFactory(DjangoModelFactory[Offer]):
    """A plan at 10.00 € since ever; ``catalogue_price=None`` has no price at all."""

    class Meta:
        model = Offer
        skip_postgeneration_save = True

    kind = OfferKind.PLAN
    code = factory.Sequence(lambda n: f"OFFER{n}")
    label = factory.LazyAttribute(lambda offer: f"Forfait {offer.code}")

    catalogue_price = factory.RelatedFactory("tests.factories.OfferPriceFactory", "offer")


class PlanFactory(OfferFactory):
    code = factory.Sequence(lambda n: f"PLAN{n}")


class OptionFactory(OfferFactory):
    kind = OfferKind.OPTION
    code = factory.Sequence(lambda n: f"OPTION{n}")
    label = factory.LazyAttribute(lambda offer: f"Option {offer.code}")


class ServiceFactory(OfferFactory):
    kind = OfferKind.SERVICE
    code = factory.Sequence(lambda n: f"SERVICE{n}")
    label = factory.LazyAttribute(lambda offer: f"Service {offer.code}")


class OfferPriceFactory(DjangoModelFactory[OfferPrice]):
    class Meta:
        model = OfferPrice

    offer = factory.SubFactory(PlanFactory, catalogue_price=None)
    amount = Decimal("10.00")
    start = FIRST_PRICES


class AllowanceFactory(DjangoModelFactory[Allowance]):
    """One hour of calls; ``unlimited=True`` needs ``quantity=None``."""

    class Meta:
        model = Allowance

    offer = factory.SubFactory(PlanFactory)
    kind = UsageKind.VOICE
    quantity = 3600


class HandsetFactory(DjangoModelFactory[Handset]):
    """A handset without a price."""

    class Meta:
        model = Handset

    brand = "Fairphone"
    model = factory.Sequence(lambda n: f"Modèle {n}")


class HandsetPriceFactory(DjangoModelFactory[HandsetPrice]):
    """What it costs outright, since ever."""

    class Meta:
        model = HandsetPrice

    handset = factory.SubFactory(HandsetFactory)
    mode = SaleMode.OUTRIGHT
    amount = Decimal("499.00")
    start = FIRST_PRICES


# --- Tariffs


class TariffFactory(DjangoModelFactory[Tariff]):
    class Meta:
        model = Tariff

    code = factory.Sequence(lambda n: f"GRID{n}")
    label = factory.LazyAttribute(lambda tariff: f"Grille {tariff.code}")


class TariffVersionFactory(DjangoModelFactory[TariffVersion]):
    class Meta:
        model = TariffVersion

    tariff = factory.SubFactory(TariffFactory)


class RateFactory(DjangoModelFactory[Rate]):
    """Calls to French mobiles, by the second."""

    class Meta:
        model = Rate

    version = factory.SubFactory(TariffVersionFactory)
    prefix = "336"
    destination = "France mobile"
    kind = UsageKind.VOICE
    direction = Direction.MO
    origin_zone = "FR"
    destination_zone = "FR"
    price_minute = Decimal("0.09")


# --- SIM cards


class SimCardFactory(DjangoModelFactory[SimCard]):
    """A card in stock."""

    class Meta:
        model = SimCard

    iccid = factory.Sequence(iccid)
    imsi = factory.Sequence(lambda n: f"20822{n:010d}")
    pin1 = "1234"
    puk1 = "12345678"
    format = SimFormat.NANO
    status = SimStatus.IN_STOCK


# --- Customers


class CustomerFactory(DjangoModelFactory[Customer]):
    """A company that pays by transfer, with its two contacts and its address."""

    class Meta:
        model = Customer
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"C{n:06d}")
    name = factory.Sequence(lambda n: f"ENTREPRISE {n}")
    legal_name = factory.LazyAttribute(lambda customer: f"Société {customer.name.title()}")
    siren = "732829320"
    login = factory.SelfAttribute("number")

    address = factory.RelatedFactory("tests.factories.AddressFactory", "customer")
    billing = factory.RelatedFactory("tests.factories.ContactFactory", "customer", role=ContactRole.BILLING)
    identification = factory.RelatedFactory(
        "tests.factories.ContactFactory", "customer", role=ContactRole.IDENTIFICATION
    )


class AddressFactory(DjangoModelFactory[Address]):
    class Meta:
        model = Address

    customer = factory.SubFactory(CustomerFactory, address=None)
    role = AddressRole.MAIN
    street = "12 RUE DES LILAS"
    postal_code = "75011"
    city = "PARIS"


class ContactFactory(DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory, billing=None, identification=None)
    role = ContactRole.BILLING
    email = factory.Sequence(lambda n: f"contact{n}@example.org")


class MandateFactory(DjangoModelFactory[Mandate]):
    class Meta:
        model = Mandate

    customer = factory.SubFactory(CustomerFactory)
    reference = factory.Sequence(lambda n: f"MANDAT-{n}")
    signed_on = ACTIVATED
    iban = "FR7630004500190859965184296"
    bic = "BNPAFRPP"


# --- Lines


class LineFactory(DjangoModelFactory[Line]):
    """See the module: an active line with everything that a line has."""

    class Meta:
        model = Line

    class Params:
        bare = factory.Trait(sim=None, tariff=None, plan=None)
        suspended = factory.Trait(status=LineStatus.SUSPENDED)
        terminated = factory.Trait(status=LineStatus.TERMINATED, terminated_on=TERMINATED)
        pending = factory.Trait(
            status=LineStatus.PENDING, activated_on=None, billing_start=None, sim=None, tariff=None, plan=None
        )

    customer = factory.SubFactory(CustomerFactory)
    msisdn = factory.Sequence(lambda n: f"3363998{n % 10_000:04d}")
    user_name = "JEANNE MARTIN"
    status = LineStatus.ACTIVE
    activated_on = ACTIVATED
    billing_start = factory.SelfAttribute("activated_on")

    # What its periods hold; None leaves the period out.
    sim = factory.SubFactory("tests.factories.SimCardFactory", status=factory.SelfAttribute("..status"))
    tariff = factory.SubFactory(TariffFactory)
    plan = factory.SubFactory(PlanFactory)
    price = Decimal("10.00")

    @classmethod
    def _create(cls, model_class: type[Line], *args: Any, **kwargs: Any) -> Line:
        sim, tariff, plan, price = (kwargs.pop(name) for name in ("sim", "tariff", "plan", "price"))
        line: Line = super()._create(model_class, *args, **kwargs)
        days = {"line": line, "start": line.activated_on, "end": line.terminated_on}
        if sim:
            LineNumberFactory(msisdn=line.msisdn, **days)
            LineSimFactory(sim=sim, **days)
            suspended = line.status == LineStatus.SUSPENDED
            LineStateFactory(suspended=suspended, **days)
        if tariff:
            LineTariffFactory(tariff=tariff, **days)
        if plan:
            SubscriptionFactory(offer=plan, price=price, **{**days, "start": line.billing_start})
        return line


class LineNumberFactory(DjangoModelFactory[LineNumber]):
    class Meta:
        model = LineNumber

    line = factory.SubFactory(LineFactory, bare=True)
    msisdn = factory.SelfAttribute("line.msisdn")
    start = factory.SelfAttribute("line.activated_on")


class LineSimFactory(DjangoModelFactory[LineSim]):
    class Meta:
        model = LineSim

    line = factory.SubFactory(LineFactory, bare=True)
    sim = factory.SubFactory(SimCardFactory, status=SimStatus.ACTIVE)
    start = factory.SelfAttribute("line.activated_on")


class LineTariffFactory(DjangoModelFactory[LineTariff]):
    class Meta:
        model = LineTariff

    line = factory.SubFactory(LineFactory, bare=True)
    tariff = factory.SubFactory(TariffFactory)
    start = factory.SelfAttribute("line.activated_on")


class LineStateFactory(DjangoModelFactory[LineState]):
    class Meta:
        model = LineState

    class Params:
        suspended = factory.Trait(status=LineStatus.SUSPENDED, barring=Barring.BOTH)

    line = factory.SubFactory(LineFactory, bare=True)
    status = LineStatus.ACTIVE
    start = factory.SelfAttribute("line.activated_on")


class SubscriptionFactory(DjangoModelFactory[Subscription]):
    """The plan of a line in arrears, from its billing start on."""

    class Meta:
        model = Subscription

    line = factory.SubFactory(LineFactory, plan=None)
    customer = factory.SelfAttribute("line.customer")
    offer = factory.SubFactory(PlanFactory)
    kind = factory.SelfAttribute("offer.kind")
    price = Decimal("10.00")
    start = factory.SelfAttribute("line.billing_start")


class DiscountFactory(DjangoModelFactory[Discount]):
    """10 % on a subscription, for ever."""

    class Meta:
        model = Discount

    basis = DiscountBasis.SUBSCRIPTION
    subscription = factory.SubFactory(SubscriptionFactory)
    percent = Decimal(10)


class OneOffChargeFactory(DjangoModelFactory[OneOffCharge]):
    class Meta:
        model = OneOffCharge

    customer = factory.SubFactory(CustomerFactory)
    label = "Frais de mise en service"
    price = Decimal("25.00")
    day = ACTIVATED


class LineOperationFactory(DjangoModelFactory[LineOperation]):
    class Meta:
        model = LineOperation

    line = factory.SubFactory(LineFactory)
    kind = OperationKind.USER_CHANGE
    actor = factory.SubFactory(UserFactory)
    effective_on = ACTIVATED
    before = factory.Dict({"user_name": "PAUL DURAND"})
    after = factory.Dict({"user_name": "JEANNE MARTIN"})
