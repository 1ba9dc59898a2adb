"""Customers of the integrator: who they are, where they live, who pays."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.customers.choices import AddressRole, ContactRole, CustomerKind, CustomerState, VatRegime
from apps.customers.querysets import CustomerQuerySet
from apps.documents.choices import PaymentMode
from apps.documents.models import PaymentTerms
from apps.jobs.imports.models import FileImport


class Customer(models.Model):
    """A company or person that the integrator invoices."""

    number = models.CharField(_("customer number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=15, choices=CustomerKind.choices, default=CustomerKind.COMPANY)
    name = models.CharField(_("company name"), max_length=38, help_text=_("Authorised characters only, in capitals."))
    legal_name = models.CharField(
        _("legal name"), max_length=120, blank=True, help_text=_("With accents, for invoices.")
    )
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    vat_regime = models.CharField(
        _("VAT regime"), max_length=20, choices=VatRegime.choices, default=VatRegime.METROPOLE
    )
    login = models.CharField(_("login"), max_length=40, unique=True)
    payment_mode = models.CharField(
        _("payment mode"), max_length=20, choices=PaymentMode.choices, default=PaymentMode.TRANSFER
    )
    payment_terms = models.ForeignKey(
        PaymentTerms, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("own payment terms")
    )
    auxiliary_account = models.CharField(_("auxiliary account"), max_length=20, blank=True)
    without_call_detail = models.BooleanField(_("no detailed invoice"), default=False)
    full_numbers = models.BooleanField(
        _("full numbers in the call detail"), default=False, help_text=_("Otherwise the last four digits are masked.")
    )
    purchase_order = models.CharField(_("purchase order"), max_length=40, blank=True)
    cost_centre = models.CharField(_("cost centre"), max_length=40, blank=True)
    electronic_address = models.CharField(_("electronic invoicing address"), max_length=80, blank=True)
    closed_on = models.DateField(
        _("closed on"), null=True, blank=True, help_text=_("From this day on: no order, no sign-in. Its past stays.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = CustomerQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["number"]
        permissions = [
            ("close_customer", _("Can close and reopen customers")),
            ("export_customer", _("Can export customers with their bank accounts")),
        ]
        indexes = [models.Index(fields=["name"], name="customers_by_name")]
        constraints = [
            models.CheckConstraint(name="customers_number_not_empty", condition=~Q(number="")),
            models.CheckConstraint(name="customers_vat_regime_is_known", condition=Q(vat_regime__in=VatRegime.values)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def state(self) -> CustomerState:
        return CustomerState.OPEN if self.closed_on is None else CustomerState.CLOSED

    @property
    def invoice_name(self) -> str:
        """The name that invoices carry: the legal one, with its accents, where it is known."""
        return self.legal_name or self.name


class Contact(models.Model):
    """A person of the customer: «gestionnaire de facturation», «gestionnaire d'identification du site»."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("customer")
    )
    role = models.CharField(_("role"), max_length=15, choices=ContactRole.choices)
    name = models.CharField(_("name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(role=ContactRole.IDENTIFICATION),
                name="customers_identification_email_is_unique",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(role=ContactRole.IDENTIFICATION),
                name="customers_one_identification_contact",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class Address(models.Model):
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="addresses", verbose_name=_("customer")
    )
    role = models.CharField(_("role"), max_length=10, choices=AddressRole.choices, default=AddressRole.MAIN)
    street = models.CharField(_("street"), max_length=38)
    complement = models.CharField(_("complement"), max_length=38, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10)
    city = models.CharField(_("city"), max_length=38)
    country = models.CharField(_("country"), max_length=2, default="FR")

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["customer", "role"], name="customers_one_address_per_role"),
        ]

    def __str__(self) -> str:
        return f"{self.street}, {self.postal_code} {self.city}"


class Mandate(models.Model):
    """A SEPA direct-debit mandate. A new one revokes the one before; old ones are kept."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="mandates", verbose_name=_("customer")
    )
    reference = models.CharField(_("mandate reference (RUM)"), max_length=35, unique=True)
    signed_on = models.DateField(_("signed on"))
    iban = models.CharField(_("IBAN"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(revoked_on__isnull=True), name="customers_one_mandate_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class CustomerLogin(models.Model):
    """The customer's account in its space. ``user`` bears the password; ``Customer.login`` is what is typed."""

    customer = models.OneToOneField(
        Customer, on_delete=models.PROTECT, related_name="access", verbose_name=_("customer")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="customer_login", verbose_name=_("user")
    )
    #: When a link to choose a password was last sent.
    invited_at = models.DateTimeField(_("invited at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("access to the customer space")
        verbose_name_plural = _("accesses to the customer space")
        permissions = [("send_credentials", _("Can send and withdraw accesses to the customer space"))]

    def __str__(self) -> str:
        return str(self.customer)


class CustomerImport(FileImport):
    """A file of customers, from its reading to its confirmation."""

    class Meta:
        proxy = True
        verbose_name = _("import of customers")
        verbose_name_plural = _("imports of customers")
        default_permissions = ("add", "view")
