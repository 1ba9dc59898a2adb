"""Who may see a page of the customer space: one customer, who sees what is its own and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from apps.accounts.choices import Audience
from apps.customers.models import Customer

Page = Callable[..., HttpResponseBase]


def customer_of(request: HttpRequest) -> Customer | None:
    """The customer who is signed in; None for staff, for nobody, and for a customer that is closed."""
    user = request.user
    if not user.is_authenticated or user.audience != Audience.CUSTOMER:
        return None
    return Customer.objects.filter(access__user=user, closed_on=None).first()


def for_customers(page: Page) -> Page:
    """``page(request, customer, …)`` reads what belongs to ``customer``; everybody else is asked to sign in."""

    @require_safe
    @wraps(page)
    def seen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        customer = customer_of(request)
        if customer is None:
            return redirect_to_login(request.get_full_path(), reverse("portal:sign_in"))
        response = page(request, customer, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return seen
