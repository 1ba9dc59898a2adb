"""The roles of the back office: what a person is there for. Each app says in its ``roles.py`` what they do there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: An app's table, in its ``roles.py``: codenames of its own models' permissions by role. With a dot, those of a
#: library's model (``admin.view_logentry``), which nobody else grants.
Grants = Mapping["Role", Sequence[str]]


class Role(models.TextChoices):
    """Names of groups: they are what people see, so they are French."""

    ADMINISTRATOR = "Administrateur"
    SALES = "Commercial"
    SUPPORT = "Support"
    BILLING = "Facturation"
    ACCOUNTANT = "Comptable"
    READER = "Lecture"


#: What each is for, in a few words beside its name.
PURPOSES: Mapping[Role, Promise] = {
    Role.ADMINISTRATOR: _("everything, users and settings included"),
    Role.SALES: _("customers and their contracts; sees lines, offers and invoices"),
    Role.SUPPORT: _("lines and SIM cards, codes included; sees usage; rates waiting CDRs again"),
    Role.BILLING: _("loading of CDRs, launch and sending of the invoices"),
    Role.ACCOUNTANT: _("invoices and accounting exports, rules of VAT; sees means of payment"),
    Role.READER: _("sees all the lists, changes nothing, exports nothing"),
}
