from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.core.fsm import ProtectedFSMMixin
from apps.customers.models import Customer
from apps.orders.choices import OrderKind, OrderState
from apps.orders.querysets import OrderQuerySet


class Order(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """What one customer orders at once: mobile lines, or services. A draft until it is validated as a whole.

    A draft keeps its cards and numbers for itself up to, not including, ``expires_on``.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", verbose_name=_("customer"))
    kind = models.CharField(_("kind"), max_length=10, choices=OrderKind.choices)
    state = FSMField(
        _("state"),
        max_length=10,
        choices=OrderState.choices,
        default=OrderState.DRAFT,
        protected=True,
        db_index=True,
    )
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("seller")
    )
    purchase_order = models.CharField(_("purchase-order number"), max_length=50, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("entered by")
    )
    created_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    expires_on = models.DateField(_("expires on"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("order", "settled by"),
    )
    settled_at = models.DateTimeField(pgettext_lazy("order", "settled at"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    #: The order form as it was drawn once the order was validated, in the private store.
    form_path = models.CharField(max_length=100, blank=True, editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("sale", "order")
        verbose_name_plural = _("orders")
        ordering = ["-pk"]
        permissions = [
            ("validate_order", _("Can validate orders")),
            ("cancel_order", _("Can cancel orders")),
            ("change_order_price", _("Can agree on a price other than the catalogue’s")),
        ]
        constraints = [
            models.CheckConstraint(
                name="orders_what_is_settled_has_a_moment",
                condition=Q(state=OrderState.DRAFT, settled_at__isnull=True)
                | ~Q(state=OrderState.DRAFT) & Q(settled_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "expires_on"], name="orders_by_expiry")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it: «CMD-000042»."""
        return f"CMD-{self.pk:06d}" if self.pk else ""

    @transition(field=state, source=OrderState.DRAFT, target=OrderState.VALIDATED)
    def validate(self) -> None:
        """Everything in it is sold."""

    @transition(field=state, source=OrderState.DRAFT, target=OrderState.CANCELLED)
    def cancel(self) -> None:
        """Nothing in it is sold, and all that it held is free."""

    @transition(field=state, source=OrderState.DRAFT, target=OrderState.EXPIRED)
    def expire(self) -> None:
        """As cancelled, by nobody: it stayed a draft too long."""
