"""Versions of how invoices look and of their legal texts: written, restored, returned to what is shipped."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.exceptions import DomainError
from apps.documents.models import InvoiceLayout
from apps.documents.shipped import SHIPPED, shipped_layout


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutValues:
    """What a version says: see :class:`~apps.documents.models.InvoiceLayout`. An empty ``html``: as shipped."""

    penalties: str
    recovery_indemnity: str
    early_payment: str
    footer: str = ""
    vat_on_debits: bool = True
    penalty_rate: Decimal | None = None
    standard_vat_rate: Decimal = Decimal(20)
    html: str = ""

    @classmethod
    def of(cls, layout: InvoiceLayout) -> Self:
        """What ``layout`` says; the HTML of a layout shipped by an earlier release is text like any other."""
        said = {field.name: getattr(layout, field.name) for field in fields(cls)}
        return cls(**said | {"html": "" if layout.source == shipped_layout() else layout.source})


@dataclass(frozen=True, slots=True)
class LayoutFault:
    """What is wrong with a version about to be written: in which ``field`` (``html``: the layout), on which line.

    ``line`` is ``None`` where the whole is at fault, such as a layout that leaves a legal mention out.
    """

    field: str
    line: int | None
    reason: str


class LayoutRefused(DomainError):
    """A version that would make documents which the law or the printer refuses; ``faults`` tells all of it."""

    def __init__(self, faults: list[LayoutFault]) -> None:
        super().__init__(
            gettext_lazy("The invoice template is not kept: see what is wrong with it."),
            reasons=[fault.reason for fault in faults],
        )
        self.faults = faults


class LayoutConflict(DomainError):
    """Somebody else has written a version meanwhile; ``latest`` is theirs."""

    def __init__(self, latest: InvoiceLayout) -> None:
        super().__init__(
            gettext_lazy("%(who)s has written version %(number)s meanwhile: look at it before writing yours.")
            % {"who": latest.made_by or gettext_lazy("Somebody"), "number": latest.version}
        )
        self.latest = latest


def layout_in_force() -> InvoiceLayout:
    """The version that the next invoices are issued with."""
    return InvoiceLayout.objects.latest()


def layout_of(version: str) -> str:
    """The HTML of the version that a snapshot names; of one that names none, the layout that was shipped first."""
    return InvoiceLayout.objects.get(version=int(version)).source if version else shipped_layout(1)


def write_layout(*, values: LayoutValues, actor: Any, at: datetime, expected: int, note: str = "") -> InvoiceLayout:
    """Write the next version, in force at once for drafts and for invoices issued from now on.

    ``expected`` is the number of the version that the writer started from. LayoutRefused names all that is wrong,
    LayoutConflict says that another version has been written meanwhile. The check draws documents: it takes seconds.
    """
    from apps.documents.services.checking import check_layout  # which knows the values

    if faults := check_layout(values, today=localdate(at)):
        raise LayoutRefused(faults)
    with transaction.atomic():
        # The first version stands for all of them: whoever waited for it then sees what the other has written.
        InvoiceLayout.objects.select_for_update().earliest()
        latest = layout_in_force()
        if latest.version != expected:
            raise LayoutConflict(latest)
        return InvoiceLayout.objects.create(
            version=latest.version + 1,
            shipped=SHIPPED,
            note=note,
            made_by=actor,
            made_at=at,
            **{field.name: getattr(values, field.name) for field in fields(values)},
        )


def restore_layout(*, version: int, actor: Any, at: datetime, expected: int) -> InvoiceLayout:
    """A new version that says what ``version`` said."""
    former = InvoiceLayout.objects.get(version=version)
    note = _("Restored from version %(number)s") % {"number": version}
    return write_layout(values=LayoutValues.of(former), actor=actor, at=at, expected=expected, note=note)


def use_shipped_layout(*, actor: Any, at: datetime, expected: int) -> InvoiceLayout:
    """A new version with the layout that is shipped; the texts stay."""
    values = replace(LayoutValues.of(layout_in_force()), html="")
    return write_layout(values=values, actor=actor, at=at, expected=expected, note=_("Back to the shipped layout"))
