"""«Créer un nouveau client» and the record of one: a form for all its parts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import identifiers
from apps.core.forms import CheckedModelForm, KeepsOthersChanges
from apps.core.reached import check_electronic_address, check_phone
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.customers.fields import (
    CharsetField,
    CountryField,
    EmailField,
    EmailsField,
    ReferenceField,
    day_part,
    part,
    switch,
)
from apps.customers.models import Address, Contact, Customer, Mandate
from apps.customers.parts import ADDRESSES, OWN, parts_of
from apps.customers.rules import FRANCE
from apps.customers.services import refusals_of

TWINS_SHOWN = 5


class CustomerPartsForm(KeepsOthersChanges, CheckedModelForm):
    """Contacts and addresses, and the own columns that the page has. ``said`` is what the services make of it."""

    checks = {
        "siren": identifiers.check_siren,
        "siret": identifiers.check_siret,
        "vat_number": identifiers.check_vat_number,
        "bic": identifiers.check_bic,
    }
    #: The same of parts that other systems did not check: what they left stays until somebody writes it anew.
    checks_of_the_new = {
        "billing_phone": check_phone,
        "identification_phone": check_phone,
        "electronic_address": check_electronic_address,
    }

    street = part(Address, "street", form_class=CharsetField, required=True)
    complement = part(Address, "complement", form_class=CharsetField)
    postal_code = part(Address, "postal_code", required=True)
    city = part(Address, "city", form_class=CharsetField, required=True)
    country = CountryField()

    billing_name = part(
        Contact, "name", label=_("Billing manager"), help_text=_("The person who receives the invoice by e-mail.")
    )
    billing_email = part(Contact, "email", form_class=EmailField, label=_("E-mail for invoices"))
    billing_phone = part(Contact, "phone", max_length=None, label=_("Phone of the billing manager"))
    further_emails = EmailsField(
        label=_("Further e-mails for invoices"), required=False, help_text=_("One per line: each gets the invoice too.")
    )
    identification_name = part(
        Contact,
        "name",
        label=_("Site identification manager"),
        help_text=_("The person who receives the e-mail that recovers the password."),
    )
    identification_email = part(
        Contact,
        "email",
        form_class=EmailField,
        label=_("E-mail of identification"),
        help_text=_("No other customer may have it."),
    )
    identification_phone = part(Contact, "phone", max_length=None, label=_("Phone of the identification manager"))

    send_credentials = switch(
        _("Send the credentials by e-mail"),
        help_text=_("The login and a link to choose a password, to the identification e-mail. Never a password."),
    )

    delivery_differs = switch(_("The delivery address is another one"))
    delivery_street = part(Address, "street", form_class=CharsetField)
    delivery_complement = part(Address, "complement", form_class=CharsetField)
    delivery_postal_code = part(Address, "postal_code")
    delivery_city = part(Address, "city", form_class=CharsetField)
    delivery_country = CountryField(required=False)

    billing_differs = switch(_("The billing address is another one"))
    billing_street = part(Address, "street", form_class=CharsetField)
    billing_complement = part(Address, "complement", form_class=CharsetField)
    billing_postal_code = part(Address, "postal_code")
    billing_city = part(Address, "city", form_class=CharsetField)
    billing_country = CountryField(required=False)

    #: Whom the page has shown as possibly the same customer: saving again says that it is another.
    other_than = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Customer
        fields = "__all__"
        field_classes = {"name": CharsetField}

    def __init__(self, *args: Any, initial: Any = None, instance: Any = None, **kwargs: Any) -> None:
        self.before = parts_of(instance or Customer())
        others = {name: value for name, value in self.before.items() if name not in OWN}
        others["iban"] = identifiers.mask_iban(others["iban"]) if others["iban"] else ""
        super().__init__(*args, initial=others | (initial or {}), instance=instance, **kwargs)
        self.fields["other_than"].show_hidden_initial = False
        if self.instance.pk:  # there is a button for it
            del self.fields["send_credentials"]
        if "electronic_address" in self.fields:
            self.fields["electronic_address"].help_text = _(
                "Where the customer's platform takes invoices: 0225 and the SIREN in France, such as 0225:732829320."
            )
        if "login" in self.fields:
            self.fields["login"].required = False
            self.fields["login"].help_text = _("We advise the customer number.")

    def stored(self, name: str) -> Any:
        return self.initial.get(name) if name not in OWN else super().stored(name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.complete(cleaned)
        self._read_new(cleaned)
        self._refuse_taken_number(cleaned)
        if not self.errors:
            for name, refusal in refusals_of(self.instance, self.said, today=localdate()):
                self.add_error(name if name in self.fields else None, sentence(refusal))
        if not self.errors:
            self._warn_of_twins()
        if cleaned.get("send_credentials") and not cleaned.get("identification_email"):
            self.add_error("identification_email", _("The credentials are sent to this e-mail: it is needed."))
        return cleaned

    def complete(self, cleaned: dict[str, Any]) -> None:
        """Fill in what may be left out."""
        if "login" in cleaned and not cleaned["login"]:
            cleaned["login"] = cleaned.get("number") or self.before["number"]
        for prefix in ADDRESSES.values():
            if cleaned.get(f"{prefix}country") == FRANCE and cleaned.get(f"{prefix}postal_code"):
                cleaned[f"{prefix}postal_code"] = "".join(cleaned[f"{prefix}postal_code"].split())

    def _read_new(self, cleaned: dict[str, Any]) -> None:
        for name, check in self.checks_of_the_new.items():
            if cleaned.get(name) and cleaned[name] != self.before[name]:
                try:
                    cleaned[name] = check(cleaned[name])
                except Refusal as refusal:
                    self.add_error(name, sentence(refusal))

    def _refuse_taken_number(self, cleaned: dict[str, Any]) -> None:
        """Of two who are proposed the same number, the second; capitals or not, it would be the same to everybody."""
        holder = None if self.instance.pk else Customer.objects.filter(number__iexact=cleaned.get("number", "")).first()
        if holder is not None:
            said = gettext("The customer %(customer)s has this number; the next free one is %(number)s.")
            self.add_error("number", said % {"customer": holder, "number": Customer.objects.next_number()})

    @property
    def said(self) -> dict[str, Any]:
        """The parts that the page asked, as they were answered."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.before}

    def _warn_of_twins(self) -> None:
        """Once for each: a holding may well have two customers with one SIREN."""
        said = {name: value for name, value in self.said.items() if value != self.before[name]}
        emails = [said.get("billing_email"), said.get("identification_email"), *said.get("further_emails", ())]
        twins = Customer.objects.resembling(siren=said.get("siren", ""), name=said.get("name", ""), emails=emails)
        found = list(twins.exclude(pk=self.instance.pk).order_by("number")[:TWINS_SHOWN])
        shown = self.cleaned_data.get("other_than", "").split()
        if all(str(one.pk) in shown for one in found):
            return
        posted: Any = self.data.copy()  # type: ignore[attr-defined]  # of a QueryDict, which is not written to
        posted[self.add_prefix("other_than")] = " ".join(str(one.pk) for one in found)
        self.data = posted
        links = format_html_join(
            ", ",
            '<a href="{}" target="_blank" class="font-semibold underline">{}</a>',
            ((reverse("admin:customers_customer_change", args=[one.pk]), str(one)) for one in found),
        )
        said_of_them = gettext("It may exist already: {customers}. Save again if this is another customer.")
        self.add_error(None, ValidationError(format_html(said_of_them, customers=links), code="twins"))


class CustomerForm(CustomerPartsForm):
    """All that one knows of a customer, for whoever may see its bank account.

    An IBAN is shown masked, and stays unless a whole one is typed in its place.
    """

    iban = part(Mandate, "iban", max_length=None)
    bic = part(Mandate, "bic")
    reference = part(Mandate, "reference", form_class=ReferenceField)
    signed_on = day_part(Mandate, "signed_on")

    class Meta(CustomerPartsForm.Meta):
        pass

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.before["iban"]:
            self.fields["iban"].help_text = _("Masked. To change it, type the new IBAN whole.")
            self.fields["reference"].help_text = _(
                "Another reference is a new mandate: the one before is revoked and kept."
            )

    def complete(self, cleaned: dict[str, Any]) -> None:
        super().complete(cleaned)
        typed = cleaned.get("iban")
        if typed and typed == self.initial["iban"]:
            cleaned["iban"] = self.before["iban"]
        elif typed:
            try:
                cleaned["iban"] = identifiers.check_iban(typed)
            except Refusal as refusal:
                self.add_error("iban", sentence(refusal))
