"""The pages of the customer space. Whatever one shows is looked up from the customer that is signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.customers.models import Customer
from apps.portal.access import for_customers


@for_customers
def home(request: HttpRequest, customer: Customer) -> HttpResponse:
    return render(request, "portal/home.html", {"customer": customer})
