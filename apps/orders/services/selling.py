"""What speaks against selling something, of a line or not: it is not on sale, its sale mode does not hold together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from apps.catalog.models import Handset, Offer
from apps.core.identifiers import check_imei
from apps.core.refusals import Refusal
from apps.core.wording import sentence
from apps.lines.services.handsets import MONTHLY


def not_on_sale(sold: Offer | Handset, name: str, today: date) -> Iterator[str]:
    if not sold.is_on_sale(today):
        yield _("%(offer)s is not on sale on %(day)s.") % {"offer": name, "day": f"{today:%d/%m/%Y}"}


def imei_faults(imei: str) -> Iterator[str]:
    """Empty is allowed."""
    if imei:
        try:
            check_imei(imei)
        except Refusal as refusal:
            yield sentence(refusal)


def sale_faults(sale_mode: str, has_price: bool, months: int) -> Iterator[str]:
    """How a handset is sold goes with a price, and with a number of months where it is paid by the month."""
    if not sale_mode:
        if has_price or months:
            yield _("Choose how the handset is sold: it has a price.")
        return
    if not has_price:
        yield _("The price of the handset is missing.")
    if sale_mode in MONTHLY and not months:
        yield _("Say for how many months the handset is paid.")
    if sale_mode not in MONTHLY and months:
        yield _("This sale mode is paid once: it has no number of months.")
