"""The back office's shell: titles, colours and the side bar, as data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def may_see(*models: str) -> Callable[[HttpRequest], bool]:
    """Whether the user may look at one of ``models`` (``billing.invoice``): an entry appears only then."""
    needed = []
    for model in models:
        app, name = model.split(".")
        needed += [f"{app}.view_{name}", f"{app}.change_{name}"]
    return lambda request: any(request.user.has_perm(permission) for permission in needed)


def entry(title: Any, icon: str, model: str) -> dict[str, Any]:
    """One line of the side bar: the list of ``model``."""
    link = reverse_lazy(f"admin:{model.replace('.', '_')}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": may_see(model)}


def branch(title: Any, icon: str, *entries: tuple[Any, str]) -> dict[str, Any]:
    """A line that opens on others, each a title and a model; it appears with the first of them."""
    items = [entry(label, "", model) for label, model in entries]
    seen = may_see(*(model for _label, model in entries))
    return {"title": title, "icon": icon, "link": items[0]["link"], "permission": seen, "items": items}


# What an invoice says, how it is numbered, when it is due: pages that lead to one another.
INVOICE_TEMPLATE = [
    (_("Texts and layout"), "documents.invoicelayout", "admin:documents_invoicelayout_current"),
    (_("Numbering"), "documents.numberseries", "admin:documents_numberseries_changelist"),
    (_("Payment terms"), "documents.paymentterms", "admin:documents_paymentterms_changelist"),
    (_("Penalty rates"), "documents.legalrate", "admin:documents_legalrate_changelist"),
]


def is_on_invoice_template(request: HttpRequest) -> bool:
    lists = (reverse(f"admin:{model.replace('.', '_')}_changelist") for _title, model, _address in INVOICE_TEMPLATE)
    return request.path.startswith(tuple(lists))


def invoice_template() -> dict[str, Any]:
    """The entry of those pages; its address leads to the first of them that the user may see."""
    link = reverse_lazy(INVOICE_TEMPLATE[0][2])
    seen = may_see("documents.invoicelayout", "documents.numberseries")
    return {
        "title": _("Invoice template"),
        "icon": "description",
        "link": link,
        "permission": seen,
        # All of them stand elsewhere than its own address.
        "active": is_on_invoice_template,
    }


def is_on_fleet(request: HttpRequest) -> bool:
    """On its list or on a line; «SIM SWAP», whose address begins with its own, has an entry to itself."""
    fleet, swap = reverse("admin:lines_line_changelist"), reverse("admin:lines_line_sim_swap")
    return request.path.startswith(fleet) and not request.path.startswith(swap)


# The order and the labels are those of the product's outline. An entry comes with its screen.
NAVIGATION = [
    {
        "items": [
            {"title": _("Dashboard"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
            entry(_("Customers"), "business", "customers.customer"),
            {**entry(_("Mobile fleet"), "smartphone", "lines.line"), "active": is_on_fleet},
            entry(_("Orders"), "shopping_cart", "orders.order"),
            entry(_("Portabilities"), "swap_calls", "orders.portin"),
        ],
    },
    {
        "title": _("Billing"),
        "separator": True,
        "items": [
            entry(_("Loading of mobile CDRs"), "upload_file", "usage.cdrfile"),
            entry(_("Waiting CDRs"), "pending_actions", "usage.suspendedrecord"),
            entry(_("Launch of the invoices"), "rocket_launch", "billing.billingrun"),
            entry(_("Invoices"), "receipt_long", "billing.invoice"),
        ],
    },
    {
        "title": pgettext_lazy("menu", "Administration"),
        "separator": True,
        "items": [
            branch(
                _("Management of sales offers"),
                "sell",
                (_("Mobile offers"), "catalog.plan"),
                (_("Mobile options"), "catalog.option"),
                (_("Equipment & services"), "catalog.product"),
                (_("Handsets"), "catalog.handset"),
            ),
            branch(
                pgettext_lazy("menu", "Management"),
                "settings",
                (_("Import of SIM cards"), "sims.simimport"),
                (_("SIM status management"), "sims.simcard"),
                (_("Minute grids"), "tariffs.tariff"),
            ),
            {
                "title": _("SIM SWAP"),
                "icon": "sim_card",
                "link": reverse_lazy("admin:lines_line_sim_swap"),
                "permission": lambda request: request.user.has_perm("lines.swap_sim"),
            },
        ],
    },
    {
        "title": _("Customisation"),
        "separator": True,
        "items": [
            entry(_("Identity & logo"), "palette", "branding.integrator"),
            entry(_("E-mail templates"), "draft", "messaging.emailtemplate"),
            invoice_template(),
            entry(_("Payment methods"), "payments", "documents.paymentmethod"),
        ],
    },
    {
        "title": _("Supervision"),
        "separator": True,
        "items": [
            entry(_("Outbox"), "outbox", "messaging.delivery"),
            entry(_("Tasks"), "schedule", "jobs.job"),
            entry(_("Bulk operations"), "checklist", "jobs.bulkoperation"),
            branch(
                _("Imports of files"),
                "upload_file",
                (_("Customers"), "customers.customerimport"),
                (_("Sales offers"), "catalog.offerimport"),
                (_("Minute grids"), "tariffs.rateimport"),
                (_("Mobile fleet"), "lines.lineimport"),
            ),
            branch(
                _("Operator"),
                "cell_tower",
                (_("Requests to the operator"), "lines.provisioningrequest"),
                (_("Files exchanged with the operator"), "lines.provisioningfile"),
            ),
            entry(_("History"), "history", "admin.logentry"),
            entry(_("Users & roles"), "manage_accounts", "accounts.user"),
        ],
    },
]

# What the people of the back office are, may do, and did: pages that lead to one another.
PEOPLE = [
    {
        "title": _("Users"),
        "link": reverse_lazy("admin:accounts_user_changelist"),
        "permission": may_see("accounts.user"),
        # The addresses of the others begin with its own.
        "active": lambda request: request.path == reverse("admin:accounts_user_changelist"),
    },
    {
        "title": _("Who may do what"),
        "link": reverse_lazy("admin:accounts_user_rights"),
        "permission": may_see("accounts.user"),
    },
    {
        "title": _("Sign-ins"),
        "link": reverse_lazy("admin:accounts_signin_changelist"),
        "permission": may_see("accounts.signin"),
    },
    {
        "title": _("History"),
        # A function, or the side bar would take both of its entries for the one that is open.
        "link": lambda request: reverse("admin:admin_logentry_changelist"),
        "permission": may_see("admin.logentry"),
    },
]


def people_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The tabs of those pages; none elsewhere, where the side bar would compare each of its entries with them."""
    models = ["accounts.user", "accounts.signin", "admin.logentry"]
    lists = (reverse(f"admin:{model.replace('.', '_')}_changelist") for model in models)
    if not request.path.startswith(tuple(lists)):
        return []
    return [{"models": models, "items": PEOPLE}, {"page": "people", "items": PEOPLE}]


def template_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The tabs of the invoice template's pages; none elsewhere."""
    lists = {model: reverse(f"admin:{model.replace('.', '_')}_changelist") for _title, model, _ in INVOICE_TEMPLATE}
    if not request.path.startswith(tuple(lists.values())):
        return []
    items = [
        {
            "title": title,
            "link": reverse_lazy(address),
            "permission": may_see(model),
            "active": lambda request, under=lists[model]: request.path.startswith(under),
        }
        for title, model, address in INVOICE_TEMPLATE
    ]
    pages = [model if is_list else {"name": model, "detail": True} for model in lists for is_list in (True, False)]
    return [{"models": pages, "items": items}, {"page": "invoice_template", "items": items}]


def porting_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The tabs of the portability desk: what is to be done first, and whom the codes in a RIO name; none elsewhere."""
    board, codes = (reverse(f"admin:orders_{model}_changelist") for model in ("portin", "operatorcode"))
    if request.path not in (board, codes):
        return []

    def narrowed(title: Any, due: str) -> dict[str, Any]:
        return {
            "title": title,
            "link": f"{board}?due={due}" if due else board,
            "permission": may_see("orders.portin"),
            "active": lambda request: request.path == board and request.GET.get("due", "") == due,
        }

    items = [
        narrowed(_("To be done today"), "today"),
        narrowed(pgettext_lazy("port-in", "Late"), "late"),
        narrowed(_("Arriving on the next working day"), "arriving"),
        narrowed(pgettext_lazy("port-ins", "All"), ""),
        {
            "title": _("Operator codes"),
            "link": codes,
            "permission": may_see("orders.operatorcode"),
            "active": lambda request: request.path == codes,
        },
    ]
    return [{"models": ["orders.portin", "orders.operatorcode"], "items": items}]


def page_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    return people_tabs(request) or template_tabs(request) or porting_tabs(request)


UNFOLD = {
    "SITE_TITLE": "apps.branding.shell.title",
    "SITE_HEADER": "apps.branding.shell.header",
    "SITE_LOGO": "apps.branding.shell.logo",
    "SITE_SYMBOL": "sim_card",
    "SITE_FAVICONS": "apps.branding.shell.favicons",
    "ENVIRONMENT": "apps.branding.shell.environment",
    "ENVIRONMENT_TITLE_PREFIX": "apps.branding.shell.environment_title",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "apps.dashboard.tiles.add_tiles",
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": "apps.branding.shell.palette"},
    "STYLES": [lambda request: static("core/admin.css"), lambda request: static("jobs/jobs.css")],
    "SCRIPTS": [
        lambda request: static("core/dialogs.js"),
        lambda request: static("core/select2.js"),
        lambda request: static("core/charset.js"),
    ],
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": NAVIGATION},
    "TABS": page_tabs,
}
