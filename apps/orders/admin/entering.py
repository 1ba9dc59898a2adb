"""The pages on which orders are entered: for whom, then line by line, or service by service.

A new order begins with its first item: nothing is kept before «Enregistrer». ``?item=`` names the one that is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from apps.core.exceptions import DomainError
from apps.customers.models import Customer
from apps.orders import entries
from apps.orders.admin import beside
from apps.orders.choices import OrderKind, OrderState
from apps.orders.forms import ChoiceForm, MobileForm, QuantityForm, ServiceForm
from apps.orders.forms.mobile import repeated
from apps.orders.models import Order

#: Of the pages: of the ModelAdmin's own they need nothing.
MEDIA: Final = Media(css={"all": ["lines/offers.css", "orders/orders.css"]}, js=["lines/offers.js", "orders/orders.js"])
#: The buttons of the forms.
ANOTHER, VALIDATE = "_another", "_validate"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One way of entering: its form, what saves it, how its page is called."""

    name: str
    kind: OrderKind
    title: Any
    #: As the page that offers the ways says it.
    way: Any
    about: Any
    icon: str
    kept: Any
    form: Any
    template: str
    save: Callable[..., Any]
    items: str = ""


MOBILE: Final = Entry(
    name="mobile",
    kind=OrderKind.MOBILE,
    title=gettext_lazy("Mobile order"),
    way=pgettext_lazy("way of ordering", "Mobile order"),
    about=gettext_lazy("A mobile line with its card, number, handset and plan; several one after the other."),
    icon="smartphone",
    kept=gettext_lazy("The line is kept in the order %(order)s. The next one:"),
    form=MobileForm,
    template="orders/mobile.html",
    save=entries.enter_mobile,
    items="mobile_items",
)
SERVICE: Final = Entry(
    name="service",
    kind=OrderKind.SERVICE,
    title=gettext_lazy("Service order"),
    way=pgettext_lazy("way of ordering", "Create a service"),
    about=gettext_lazy("A service, an equipment or a handset, apart from a new line."),
    icon="build",
    kept=gettext_lazy("The service is kept in the order %(order)s. The next one:"),
    form=ServiceForm,
    template="orders/service.html",
    save=entries.enter_service,
    items="service_items",
)
QUANTITY: Final = Entry(
    name="quantity",
    kind=OrderKind.MOBILE,
    title=gettext_lazy("Several mobile lines at once"),
    way=pgettext_lazy("way of ordering", "Several mobile lines at once"),
    about=gettext_lazy("Lines of one plan from a pasted list: name; ICCID; number; RIO."),
    icon="playlist_add",
    kept="",
    form=QuantityForm,
    template="orders/quantity.html",
    save=entries.enter_quantity,
)
ENTRIES: Final = (MOBILE, SERVICE, QUANTITY)


def addresses(model_admin: Any) -> list[Any]:
    def address(route: str, view: Callable[..., HttpResponse], name: str) -> Any:
        return path(route, model_admin.admin_site.admin_view(partial(view, model_admin)), name=f"orders_order_{name}")

    return [
        address("cards/", beside.cards, "cards"),
        address("lines/", beside.lines, "lines"),
        *(address(f"{one.name}/", partial(_new, one), f"new_{one.name}") for one in ENTRIES),
        *(address(f"<int:object_id>/{one.name}/", partial(_more, one), one.name) for one in ENTRIES),
    ]


@method_decorator(require_safe)
def choice(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """«Créer une commande»: the customer, then «commande mobile» or «Créer un service»."""
    _permit(request, "orders.add_order")
    customer = _customer(request)
    ways = [(one, reverse(f"admin:orders_order_new_{one.name}")) for one in ENTRIES]
    context = {"customer": customer, "form": ChoiceForm(), "ways": ways}
    return _page(model_admin, request, "orders/choose.html", _("Create an order"), context)


def _new(entry: Entry, model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The first item of a new order."""
    _permit(request, "orders.add_order")
    customer = _customer(request)
    if customer is None:
        return redirect("admin:orders_order_add")
    if customer.closed_on is not None:
        messages.error(request, _("This customer is closed: reopen it first."))
        return redirect("admin:customers_customer_change", customer.pk)
    return _enter(entry, model_admin, request, customer=customer, order=None)


def _more(entry: Entry, model_admin: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    """One more item, or one that is changed."""
    _permit(request, "orders.change_order")
    order = model_admin.get_object(request, str(object_id))
    if order is None:
        raise Http404
    if order.state != OrderState.DRAFT or order.kind != entry.kind:
        messages.error(request, _("Nothing can be entered in this order any more."))
        return redirect("admin:orders_order_change", order.pk)
    return _enter(entry, model_admin, request, customer=order.customer, order=order)


def _enter(
    entry: Entry, model_admin: Any, request: HttpRequest, *, customer: Customer, order: Order | None
) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "POST"):
        raise PermissionDenied
    item = _item(entry, request, order)
    asked: dict[str, Any] = {"actor": request.user, "customer": customer, "order": order, "today": localdate()}
    if entry.items:
        asked["item"] = item
    if request.method != "POST":
        form = entry.form(initial=_beginning(entry, order) if item is None else None, **asked)
    else:
        form = entry.form(request.POST, **asked)
        if "_beside" in request.POST:
            return beside.page(request, form)
        if form.is_valid() and form.is_ready:
            try:
                saved = form.save(entry.save)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                model_admin.log_change(request, saved, str(entry.title))
                return _next(entry, request, saved)
    context = {"form": form, "customer": customer, "order": order, "item": item, **beside.shown(form)}
    return _page(model_admin, request, entry.template, entry.title, context)


def _next(entry: Entry, request: HttpRequest, order: Order) -> HttpResponse:
    if ANOTHER in request.POST:
        messages.success(request, str(entry.kept) % {"order": order})
        return redirect(f"admin:orders_order_{entry.name}", order.pk)
    messages.success(request, _("The order %(order)s is kept as a draft.") % {"order": order})
    address = reverse("admin:orders_order_change", args=[order.pk])
    return redirect(f"{address}?validate" if VALIDATE in request.POST else address)


def _beginning(entry: Entry, order: Order | None) -> dict[str, Any] | None:
    """What a further line begins with: the offers and conditions of the one before it."""
    if entry is not MOBILE or order is None:
        return None
    last = order.mobile_items.order_by("-position").first()
    return None if last is None else repeated(last)


def _item(entry: Entry, request: HttpRequest, order: Order | None) -> Any:
    asked = request.GET.get("item", "")
    if not asked or order is None or not entry.items:
        return None
    rows: Any = getattr(order, entry.items)
    item = rows.filter(pk=asked).first() if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    if item is None:
        raise Http404
    return item


def _customer(request: HttpRequest) -> Customer | None:
    asked = request.GET.get("customer", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
        return None
    return Customer.objects.filter(pk=asked).first()


def _permit(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _page(model_admin: Any, request: HttpRequest, template: str, title: Any, context: dict[str, Any]) -> HttpResponse:
    request.screen = title  # type: ignore[attr-defined]  # for the header, which sees no context
    form = context["form"]
    shown = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "model_admin": model_admin,
        "media": MEDIA + form.media,
        **context,
    }
    response = TemplateResponse(request, template, shown)
    add_never_cache_headers(response)
    return response
