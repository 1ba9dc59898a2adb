"""Customers A and B, who both have everything, and the words by which what is B's is recognised wherever it appears.

October 2026 is loaded, invoiced, drawn and mailed for both; November is drafted. B's words are its own: no word of the
house, of A or of an address is among them.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pypdf
from django.test import Client

from apps.accounts.choices import Audience
from apps.accounts.models import User
from apps.billing.models import Invoice
from apps.billing.services import bill_period, invoice_pdf
from apps.billing.services.mailing import send_run
from apps.core.identifiers import national
from apps.core.periods import PARIS, Month
from apps.customers.choices import AddressRole, ContactRole
from apps.customers.models import Customer, CustomerLogin
from apps.documents.choices import PaymentMode
from apps.lines.models import Line
from apps.messaging.models import Delivery
from apps.usage.choices import RecordDirection, RecordKind
from apps.usage.defaults import ISM
from apps.usage.models import CdrFile, CdrFormat, RatedRecord
from tests.factories import (
    AddressFactory,
    AllowanceFactory,
    ContactFactory,
    CustomerFactory,
    IntegratorFactory,
    LineFactory,
    MandateFactory,
    OneOffChargeFactory,
    OptionFactory,
    PlanFactory,
    RateFactory,
    SimCardFactory,
    SubscriptionFactory,
    iccid,
)
from tests.usage.factories import CdrFileFactory, RateUseFactory

OCTOBER = Month(2026, 10)
NOVEMBER = Month(2026, 11)
ISSUED_ON = date(2026, 11, 3)


@dataclass(frozen=True)
class Side:
    """One of the two: the customer, its account and what it owns."""

    letter: str
    customer: Customer
    user: User
    lines: list[Line]
    issued: Invoice
    draft: Invoice
    words: frozenset[str]

    def browser(self) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(self.user)
        return client

    def found_in(self, text: str) -> list[str]:
        """Which of its words ``text`` holds, however figures are grouped and letters written."""
        folded = _folded(text)
        return sorted(word for word in self.words if _folded(word) in folded)

    @property
    def keys(self) -> list[int]:
        """The keys of all its rows that an address could name."""
        mails = Delivery.objects.filter(email__to__icontains=f"@{self.letter}.example").values_list("pk", flat=True)
        rows = [self.customer.pk, self.user.pk, self.issued.pk, self.draft.pk, *mails]
        rows += [line.pk for line in self.lines]
        rows += self.issued.documents.values_list("pk", flat=True)
        rows += self.customer.contacts.values_list("pk", flat=True)
        return list(dict.fromkeys(rows))


def _folded(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f.\-]|&nbsp;", "", text).casefold()


def words_of(response: Any) -> str:
    """All that somebody can read in an answer: its headers, its text, the text of a PDF."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = " ".join(f"{name}: {value}" for name, value in response.items())
    if body.startswith(b"%PDF"):
        return f"{headers} {_text_of_pdf(body)}"
    return f"{headers} {body.decode('utf-8', 'replace')}"


@lru_cache(maxsize=8)
def _text_of_pdf(document: bytes) -> str:
    """Read once: the same document is asked for in a hundred ways."""
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages)


def make() -> tuple[Side, Side]:
    """A and B. Takes some seconds: two invoices are drawn."""
    IntegratorFactory(email="factures@ism.example")
    people = [_customer("a", "ALPHONSE BOIS"), _customer("b", "BERTILLE FER")]
    file = CdrFileFactory()
    rate = RateFactory(prefix="336", destination="France mobile")
    RateUseFactory(file=file, rate=rate, records=4)
    for place, (_row, lines) in enumerate(people):
        for number, line in enumerate(lines):
            _record(file, line, rate.pk, 1_000_000 + 10 * place + number)
    run = bill_period(month=OCTOBER, issue_on=ISSUED_ON).run
    for invoice in Invoice.objects.issued():
        invoice_pdf(invoice)
    send_run(run=run, actor=None)
    bill_period(month=NOVEMBER)
    side_a, side_b = (_side(letter, *one) for letter, one in zip("ab", people, strict=True))
    return side_a, side_b


def _customer(letter: str, name: str) -> tuple[Customer, list[Line]]:
    digit = "1" if letter == "a" else "8"
    customer: Customer = CustomerFactory(
        number=f"{letter.upper()}77{digit}0{digit}",
        name=name,
        legal_name=f"{name.title()} & Cie",
        siren="732829320" if letter == "a" else "552100554",
        login=f"entree-{letter}{digit}",
        payment_mode=PaymentMode.DIRECT_DEBIT,
        purchase_order=f"BC-{letter}{digit}{digit}-2026",
        cost_centre=f"CC{letter}{digit}{digit}42",
        address=None,
        billing=None,
        identification=None,
    )
    AddressFactory(customer=customer, street=f"{digit}{digit} RUE DU {name.split()[1]}")
    AddressFactory(customer=customer, role=AddressRole.DELIVERY, street=f"{digit} QUAI DU {name.split()[1]}")
    for role in (ContactRole.BILLING, ContactRole.IDENTIFICATION):
        ContactFactory(
            customer=customer,
            role=role,
            name=f"Camille {name.split()[0].title()}",
            email=f"{role}@{letter}.example",
            phone=f"+3319901{digit}{digit}{digit}{digit}",
        )
    MandateFactory(customer=customer, reference=f"RUM-{letter}-{digit}{digit}")
    plan = PlanFactory(label=f"Forfait {name.split()[1].title()}")
    AllowanceFactory(offer=plan)
    lines = [_line(customer, letter, digit, place, plan) for place in range(2)]
    OneOffChargeFactory(customer=customer, line=lines[0])
    return customer, lines


def _line(customer: Customer, letter: str, digit: str, place: int, plan: Any) -> Line:
    card = SimCardFactory(iccid=iccid(int(f"77{digit}{digit}{digit}{place}")))
    line: Line = LineFactory(
        customer=customer,
        msisdn=f"33639981{digit}{digit}{place}",
        user_name=f"PERSONNE {letter.upper()}{digit}{place}",
        billing_start=OCTOBER.start,
        plan=plan,
        sim=card,
    )
    option = OptionFactory(label=f"Option {customer.name.split()[1].title()}")
    SubscriptionFactory(line=line, offer=option, price=Decimal("1.50"), start=OCTOBER.start)
    return line


def _record(file: CdrFile, line: Line, rate: int, number: int) -> RatedRecord:
    return RatedRecord.objects.create(
        id=number,
        file=file,
        format_id=CdrFormat.objects.get(code=ISM).pk,
        month=OCTOBER.start,
        cdr_id=f"cdr-{number:06d}",
        msisdn=line.msisdn,
        started_at=datetime(2026, 10, 10, 12, tzinfo=PARIS),
        local_date=date(2026, 10, 10),
        kind=RecordKind.VOICE,
        direction=RecordDirection.MO,
        correspondent=f"3363998{9 - number % 10}5{number % 10}{number % 100:02d}",
        quantity=60,
        origin_zone="FR",
        line=line,
        rate_id=rate,
        destination="France mobile",
        billed_quantity=60,
        price=Decimal("0.10"),
    )


def _side(letter: str, customer: Customer, lines: list[Line]) -> Side:
    user = User(username=f"client:{customer.pk}", audience=Audience.CUSTOMER, email=f"identification@{letter}.example")
    user.set_password("correct-horse-battery")
    user.save()
    CustomerLogin.objects.create(customer=customer, user=user)
    issued = Invoice.objects.issued().get(customer=customer)
    draft = Invoice.objects.get(customer=customer, number=None)
    contacts = customer.contacts.all()
    words = {
        customer.number,
        customer.name,
        customer.legal_name,
        customer.login,
        customer.purchase_order,
        customer.cost_centre,
        user.username + " ",
        f"@{letter}.example",
        *(contact.name for contact in contacts),
        *(contact.phone for contact in contacts),
        *(address.street for address in customer.addresses.all()),
        *(mandate.reference for mandate in customer.mandates.all()),
        str(issued.number),
        *(word for line in lines for word in (line.msisdn, national(line.msisdn), line.user_name)),
        *(period.sim.iccid for line in lines for period in line.sims.all()),
        *(period.offer.label for line in lines for period in line.subscriptions.all()),
    }
    return Side(letter, customer, user, lines, issued, draft, frozenset(filter(None, words)))
