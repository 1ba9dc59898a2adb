from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.fields import UnfoldAdminAutocompleteModelChoiceField

from apps.customers.models import Customer


class ChoiceForm(forms.Form):
    """For whom an order is entered."""

    customer = UnfoldAdminAutocompleteModelChoiceField(
        "admin:autocomplete", label=_("Customer"), queryset=Customer.objects.none()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = {"app_label": "orders", "model_name": "order", "field_name": "customer"}
        self.fields["customer"].widget.attrs["data-ajax--url"] = f"{reverse('admin:autocomplete')}?{urlencode(source)}"
