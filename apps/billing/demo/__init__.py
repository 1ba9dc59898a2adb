"""A reseller to look at: its files, who runs it, and the month that it invoices.

Everything goes through the services of the screens and commands; nothing here knows how billing works.
"""

from apps.billing.demo.generating import Size, generate
from apps.billing.demo.identity import installed_integrator
from apps.billing.demo.people import Account, CustomerAccount, installed_customer, installed_people
from apps.billing.demo.playing import invoiced_run, play
from apps.billing.demo.reseller import MONTH, PACKAGED, Reseller, packaged

__all__ = [
    "MONTH",
    "PACKAGED",
    "Account",
    "CustomerAccount",
    "Reseller",
    "Size",
    "generate",
    "installed_customer",
    "installed_integrator",
    "installed_people",
    "invoiced_run",
    "packaged",
    "play",
]
