"""Letters that are written by hand to chosen customers: what their texts see, and sending them to many at once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from apps.core.admin import DialogForm, ServiceDialog
from apps.core.exceptions import DomainError
from apps.core.slots import contribute
from apps.customers.choices import AddressRole, ContactRole
from apps.customers.models import Address, Contact, Customer
from apps.customers.pasting import find_customers
from apps.jobs.bulk import services as bulk
from apps.jobs.bulk.kinds import Becomes, BulkKind, Parameters, register
from apps.jobs.bulk.models import BulkOperation
from apps.jobs.bulk.tasks import page_of
from apps.messaging import events
from apps.messaging.choices import LETTER
from apps.messaging.events import Event, Placeholder, Sample, Samples, means
from apps.messaging.in_force import latest_of
from apps.messaging.models import EmailTemplate
from apps.messaging.services import queue_mail

SEND = "messaging.send_letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCustomer:
    """What a letter sees of the customer that it is sent to: nothing of what it owes or whom it calls."""

    number: str = means(gettext_lazy("customer number"))
    name: str = means(gettext_lazy("company name"))
    legal_name: str = means(gettext_lazy("legal name, with its accents"))
    login: str = means(gettext_lazy("login of the customer space"))
    city: str = means(gettext_lazy("city of the main address"))
    manager: str = means(gettext_lazy("name of the billing contact"))


EXAMPLE = LetterCustomer(
    number="C000042",
    name="SOCIETE EXEMPLE",
    legal_name="Société Exemple",
    login="C000042",
    city="LYON",
    manager="Camille Durand",
)


def with_letter_parts(rows: QuerySet[Customer]) -> QuerySet[Customer]:
    """With what a letter shows of a customer, and where it goes, fetched along."""
    return rows.prefetch_related("contacts", "addresses")


def managers_of(customer: Customer) -> list[Contact]:
    contacts = [one for one in customer.contacts.all() if one.role == ContactRole.BILLING]
    return sorted(contacts, key=lambda one: one.pk)


def shown_in_letters(customer: Customer) -> LetterCustomer:
    managers = managers_of(customer)
    main: Address | None = next((one for one in customer.addresses.all() if one.role == AddressRole.MAIN), None)
    return LetterCustomer(
        number=customer.number,
        name=customer.name,
        legal_name=customer.invoice_name,
        login=customer.login,
        city=main.city if main else "",
        manager=managers[0].name if managers else "",
    )


# --- Trying a text


def _search(text: str, limit: int) -> list[Sample]:
    rows = Customer.objects.matching(text) if text.strip() else Customer.objects.all()
    return [Sample(one.pk, str(one)) for one in rows.order_by("number")[:limit]]


def _context(pk: int) -> dict[str, Any]:
    customer = with_letter_parts(Customer.objects.filter(pk=pk)).first()
    if customer is None:
        raise LookupError(pk)
    return {"customer": shown_in_letters(customer)}


EVENT = Event(
    code=LETTER,
    title=gettext_lazy("Letter sent by hand"),
    subject="{{ company.name }} vous informe",
    text=(
        "Bonjour{% if customer.manager %} {{ customer.manager }}{% endif %},\n\n"
        "Écrivez ici votre message à {{ customer.legal_name }}.\n"
    ),
    html=(
        "<p>Bonjour{% if customer.manager %} {{ customer.manager }}{% endif %},</p>\n"
        "<p>Écrivez ici votre message à {{ customer.legal_name }}.</p>\n"
    ),
    placeholders=(Placeholder("customer", gettext_lazy("The customer that it is sent to"), EXAMPLE),),
    samples=Samples(_search, _context),
    by_hand=True,
)


# --- Sending it to many


class LetterForm(DialogForm):
    """Which letter, once for all the customers that were chosen."""

    template = forms.ModelChoiceField(
        label=gettext_lazy("Letter"),
        queryset=EmailTemplate.objects.none(),
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": gettext_lazy("Choose a letter. They are written in “E-mail templates”.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = EmailTemplate.objects.filter(event=LETTER, in_use=True)


class SendForm(DialogForm):
    """Whom a letter is sent to, from its own page."""

    everyone = forms.BooleanField(
        label=gettext_lazy("To all customers that are not closed"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    lines = forms.CharField(
        label=gettext_lazy("Or to these"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("Customer numbers, one per line. Or tick them in the list of customers."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if bool(cleaned.get("everyone")) == bool(cleaned.get("lines", "").strip()):
            raise forms.ValidationError(_("Choose all customers, or name some by their numbers."))
        return cleaned


def parameters_of(template: EmailTemplate) -> Parameters:
    """The letter as it is now, and a name for this sending: a customer gets it once however often it is tried."""
    latest = latest_of(template)
    return {
        "template": template.pk,
        "name": template.name,
        "version": latest.number if latest else 0,
        "sending": uuid.uuid4().hex,
    }


def addresses_of(customer: Customer) -> list[str]:
    """Those of its billing contacts. DomainError where it has none, or is closed."""
    if customer.closed_on is not None:
        raise DomainError(_("This customer is closed."))
    addresses = [one.email for one in managers_of(customer) if one.email]
    if not addresses:
        raise DomainError(_("This customer has no billing contact with an e-mail address."))
    return addresses


def plan(customer: Customer, parameters: Parameters) -> Becomes:
    return Becomes("–", _("Sent to %(addresses)s") % {"addresses": ", ".join(addresses_of(customer))})


def send(customer: Customer, parameters: Parameters, actor: Any) -> None:
    """Put the letter into the outbox. DomainError where it is no longer the one that was chosen."""
    template = EmailTemplate.objects.filter(pk=parameters["template"], in_use=True).first()
    latest = latest_of(template) if template else None
    if template is None or latest is None or latest.number != parameters["version"]:
        raise DomainError(_("The letter was changed or put out of use since it was chosen."))
    queue_mail(
        event=LETTER,
        template=template,
        to=addresses_of(customer),
        context={"customer": shown_in_letters(customer)},
        key=f"letter:{parameters['sending']}:{customer.pk}",
        actor=actor,
    )


KIND = BulkKind(
    code="customers.send_letter",
    title=gettext_lazy("Send a letter"),
    model="customers.Customer",
    permission=SEND,
    form=LetterForm,
    description=gettext_lazy("It goes by e-mail to the billing contacts of each customer."),
    parameters=lambda answers: parameters_of(answers["template"]),
    about=lambda parameters: parameters["name"],
    find=find_customers,
    plan=plan,
    apply=send,
    rows=with_letter_parts,
)


def _prepare(template: EmailTemplate, actor: Any, answers: dict[str, Any]) -> BulkOperation:
    """An operation on the chosen customers, to be looked at and confirmed on its page."""
    if answers["everyone"]:
        rows = Customer.objects.filter(closed_on=None).order_by("number")
        operation = bulk.choose_rows(kind=KIND, rows=rows, actor=actor)
    else:
        operation = bulk.choose_pasted(kind=KIND, text=answers["lines"], actor=actor)
    return bulk.plan_operation(operation=operation, parameters=parameters_of(template))


SEND_DIALOG = ServiceDialog(
    name="send_letter",
    title=pgettext_lazy("letter", "Send"),
    description=gettext_lazy("Nothing leaves before you have seen who gets it, and confirmed."),
    permission=SEND,
    form=SendForm,
    when=lambda template: template.event == LETTER and template.in_use,
    service=_prepare,
    leads_to=page_of,
    icon="send",
    variant=ActionVariant.PRIMARY,
)


def register_letters() -> None:
    events.register(EVENT)
    register(KIND)
    contribute("messaging.emailtemplate.actions", SEND_DIALOG)
