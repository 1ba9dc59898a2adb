"""«Plusieurs lignes à la fois»: lines of one plan from a pasted list, each row shown before anything is kept."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.catalog.fields import day_field, text_field
from apps.core.exceptions import DomainError
from apps.orders import entries
from apps.orders.forms.agreed import AgreedFields
from apps.orders.forms.entry import CHANGE_PRICE, EntryForm
from apps.orders.forms.mobile import DISCOUNTS
from apps.orders.models import MobileItem
from apps.orders.porting.checking import check_day
from apps.orders.services import read_rows
from apps.orders.services.mobile_checks import may_choose_any_day
from apps.orders.terms import MobileTerms, QuantityRow

MOST_ROWS = 200


class QuantityForm(EntryForm, AgreedFields):
    """See the module. The first POST shows what becomes of each row; the same again keeps them."""

    handset = imei = sale_mode = purchase_mode = handset_price = handset_months = None  # type: ignore[assignment]

    rows = forms.CharField(
        label=pgettext_lazy("order", "Lines"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One line each: name of the user; ICCID; number; RIO. With a RIO the number is ported; without a number it "
            "is the card’s own."
        ),
    )
    holder = text_field(gettext_lazy("Holder of the numbers"), 80, required=False)
    port_on = day_field(gettext_lazy("Porting date"), required=False, help_text=gettext_lazy("For rows with a RIO."))
    #: Digest of the answers that have been shown.
    _shown = forms.CharField(required=False, widget=forms.HiddenInput)

    steps = (
        ("rows", pgettext_lazy("order", "Lines"), ("seller", "purchase_order", "rows", "holder", "port_on")),
        ("plan", gettext_lazy("Plan & options"), ("plan", "plan_price", "plan_throughput", "options", "tariff")),
        ("conditions", gettext_lazy("Conditions"), ("commitment_months", *DISCOUNTS, "billing", "prorata")),
    )

    def __init__(self, *args: Any, actor: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(
            *args,
            actor=actor,
            today=today,
            day=today,
            may_change_price=actor.has_perm(CHANGE_PRICE),
            **kwargs,
        )

    def clean_rows(self) -> list[QuantityRow]:
        try:
            rows = list(read_rows(self.cleaned_data["rows"]))
        except DomainError as refusal:
            raise ValidationError([str(one) for one in (refusal, *refusal.reasons)]) from None
        if len(rows) > MOST_ROWS:
            raise ValidationError(_("At most %(limit)d lines at once."), params={"limit": MOST_ROWS})
        return rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if any(row.rio for row in cleaned.get("rows") or ()):
            for name in ("holder", "port_on"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError(_("Needed for the numbers that are ported."), code="missing"))
        if cleaned.get("port_on"):
            try:
                bounds = not may_choose_any_day(self.actor)
                check_day(cleaned["port_on"], today=self.today, bounds=bounds)
            except DomainError as refusal:
                self.add_error("port_on", ValidationError(str(refusal), code="refused"))
        return cleaned

    @property
    def is_ready(self) -> bool:  # type: ignore[override]
        """Whether just these answers have been shown; if not, they are shown now."""
        if self.cleaned_data["_shown"] == self.digest:
            return True
        try:
            self.made = entries.try_quantity(**self._asked())
        except DomainError as refusal:
            self.refuse(refusal)
        else:
            posted: Any = self.data.copy()  # type: ignore[attr-defined]  # of a QueryDict
            posted["_shown"] = self.digest
            self.data = posted
        return False

    #: What the rows would become, once they have been tried.
    made: list[MobileItem] = []

    @property
    def digest(self) -> str:
        posted: Any = self.data
        said = [f"{name}={posted.getlist(name)}" for name in sorted(self.fields) if name != "_shown"]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def _asked(self) -> dict[str, Any]:
        return {
            "order": self.order,
            "customer": self.customer,
            "head": self.head,
            "actor": self.actor,
            "today": self.today,
            **self.said(),
        }

    def said(self) -> dict[str, Any]:
        return {"terms": self.terms, "rows": self.cleaned_data["rows"]}

    @cached_property
    def terms(self) -> MobileTerms:
        """What all rows share."""
        said = self.cleaned_data
        return MobileTerms(
            **self.offer_terms(),
            holder=said.get("holder") or "",
            port_on=said.get("port_on"),
        )
