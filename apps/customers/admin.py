from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from apps.core.admin import CreateButton, ExportButton, HistoryModelAdmin, ReadOnlyInline, status
from apps.core.exceptions import DomainError
from apps.core.identifiers import mask_iban
from apps.core.wording import sentence
from apps.customers import dialogs, invitations, letters, logins, pages, rules, services
from apps.customers.file_kinds import CUSTOMER_FILES
from apps.customers.filters import StateFilter
from apps.customers.forms import CustomerForm, CustomerPartsForm
from apps.customers.models import Address, Contact, Customer, CustomerImport, Mandate
from apps.customers.parts import OWN, parts_of
from apps.customers.past import PAST
from apps.customers.resources import CustomerResource
from apps.customers.roles import REACH
from apps.jobs.bulk.admin import BulkActions, paste_dialog
from apps.jobs.imports.admin import FileImportAdmin, send_dialog
from apps.jobs.uploads import SCRIPT

REACH_PERMISSIONS = [f"customers.{codename}" for codename in REACH]


class ContactInline(ReadOnlyInline):
    model = Contact
    fields = ("role", "name", "email", "phone")
    ordering = ("role", "name")


class AddressInline(ReadOnlyInline):
    model = Address
    fields = ("role", "street", "complement", "postal_code", "city", "country")
    ordering = ("role",)


class MandateInline(ReadOnlyInline):
    model = Mandate
    fields = ("reference", "signed_on", "masked_iban", "bic", "revoked_on")
    ordering = ("-signed_on",)

    @admin.display(description=_("IBAN"))
    def masked_iban(self, mandate: Mandate) -> str:
        return mask_iban(mandate.iban)


@admin.register(Customer)
class CustomerAdmin(BulkActions, ExportButton, CreateButton, HistoryModelAdmin):
    """«Clients». Lines and invoices are shown by the apps that know them.

    Whoever may change contacts and addresses gets the form; its other fields ask only those who may change the
    customer itself.
    """

    create = _("Create a new customer")
    list_display = ("number", "name", "main_city", "payment_mode", "state_badge")
    list_filter = (
        StateFilter,
        ("kind", ChoicesDropdownFilter),
        ("payment_mode", ChoicesDropdownFilter),
        ("vat_regime", ChoicesDropdownFilter),
    )
    search_fields = ("number", "name")
    search_help_text = _("Number, name or SIREN")
    inlines = (ContactInline, AddressInline, MandateInline)
    actions_list = ("import_file", "export", "paste")
    resource = CustomerResource
    export_name = "clients"
    export_order = ("number",)
    import_file = send_dialog(CUSTOMER_FILES)
    folds_actions = True
    actions_detail = ("send_credentials", "withdraw_access", "close", "reopen")
    send_credentials = invitations.send
    withdraw_access = invitations.withdraw
    paste = paste_dialog(
        "customers.Customer",
        permission=letters.SEND,
        identifiers=_("Customer numbers"),
        # «Identifiants» are also what the credentials are called.
        title=_("Paste customer numbers"),
    )
    close = dialogs.close
    reopen = dialogs.reopen
    panels = (PAST, invitations.ACCESS)
    fieldsets = pages.LOOKED_AT
    readonly_fields = ("created_at",)
    conditional_fields: ClassVar[dict[str, str]] = dict(pages.conditions())
    change_form_before_template = "customers/form_before.html"

    class Media:
        js = (SCRIPT, "customers/form.js")

    # --- Who may do what

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self._may_reach(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_reach(request) and self.has_view_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("customers.view_customer"))

    @staticmethod
    def _may_reach(request: HttpRequest) -> bool:
        return bool(request.user.has_perms(REACH_PERMISSIONS))

    def _fills_in(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the page is the form, not the record that one looks at."""
        if self.shows_version(request):
            return False
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)

    # --- The page

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if self._fills_in(request, obj):
            return pages.filled_in(
                with_mandate=request.user.has_perm("customers.change_mandate"),
                invites=obj is None and request.user.has_perm(invitations.PERMISSION),
            )
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        readonly = super().get_readonly_fields(request, obj)
        if not self._fills_in(request, obj) or obj is None:
            return readonly
        # Files, orders and invoices know a customer by its number.
        return [*readonly, *(["number"] if request.user.has_perm("customers.change_customer") else OWN)]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if self._fills_in(request, obj):
            has_mandate = request.user.has_perm("customers.change_mandate")
            kwargs["form"] = CustomerForm if has_mandate else CustomerPartsForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Beside the form, the mandates: those of the past too."""
        if not self._fills_in(request, obj):
            return super().get_inlines(request, obj)
        return (MandateInline,) if obj is not None else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        number = Customer.objects.next_number()
        return {"number": number, "login": number} | super().get_changeform_initial_data(request)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError:
            # Somebody was quicker since the form was checked: asked again, it says so at the field.
            return super().changeform_view(request, *args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Whoever saves has the customer alone until it is saved: the form compares with what really is there."""
        if request.method == "POST" and connection.in_atomic_block and object_id.isdecimal():
            list(Customer.objects.select_for_update().filter(pk=object_id).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        if change:
            services.change_customer(customer=obj, said=form.said, today=localdate(), actor=request.user)
        else:
            obj.pk = services.create_customer(said=form.said, today=localdate(), actor=request.user).pk
            if form.cleaned_data.get("send_credentials") and request.user.has_perm(invitations.PERMISSION):
                self._invite(request, Customer.objects.get(pk=obj.pk))
        for _name, refusal in rules.doubted(parts_of(obj)):
            messages.warning(request, sentence(refusal))

    def _invite(self, request: HttpRequest, customer: Customer) -> None:
        refused = invitations.send_with_creation(customer, actor=request.user)
        if refused:
            messages.warning(request, gettext("The credentials were not sent: %(reason)s") % {"reason": refused})
        else:
            email = logins.identification_email(customer)
            messages.success(request, gettext("The credentials are on their way to %(email)s.") % {"email": email})

    # --- The list

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Bank accounts stand in the file whole: a masked one would not come back."""
        return super().has_export_permission(request) and bool(request.user.has_perm("customers.view_mandate"))

    def before_export(self, request: HttpRequest) -> None:
        """Who took all the customers away is in the journal."""
        kind = ContentType.objects.get_for_model(Customer)
        LogEntry.objects.create(
            user=request.user,  # type: ignore[misc]  # nobody comes here who has not signed in
            content_type=kind,
            object_repr=str(self.opts.verbose_name_plural),
            action_flag=CHANGE,
            change_message=gettext("The list of customers was exported, bank accounts included."),
        )

    def with_details(self, rows: Any) -> Any:
        return rows.with_main_city()

    @admin.display(description=_("city"))
    def main_city(self, customer: Any) -> str | None:
        return customer.main_city

    @admin.display(description=pgettext_lazy("customer", "state"), ordering="closed_on")
    def state_badge(self, customer: Customer) -> str:
        """Nothing for an open one: what is as it should be needs no badge."""
        return status(customer.state) if customer.closed_on else ""


@admin.register(CustomerImport)
class CustomerImportAdmin(FileImportAdmin):
    """Files of customers that were sent."""

    screen = _("Imports of customers")
    kind = CUSTOMER_FILES
    send = send_dialog(CUSTOMER_FILES)
