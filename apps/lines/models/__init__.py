"""Lines and every dated fact about them: the periods are the truth, the status is «now»."""

from apps.lines.models.asked import PlannedOperation, ProvisioningRequest
from apps.lines.models.charges import Discount, OneOffCharge, Subscription
from apps.lines.models.exchanged import ProvisioningFile
from apps.lines.models.files import LineImport
from apps.lines.models.journal import LineOperation
from apps.lines.models.line import Line
from apps.lines.models.periods import LineHandset, LineInternational, LineNumber, LineSim, LineState, LineTariff

__all__ = [
    "Discount",
    "Line",
    "LineHandset",
    "LineImport",
    "LineInternational",
    "LineNumber",
    "LineOperation",
    "LineSim",
    "LineState",
    "LineTariff",
    "OneOffCharge",
    "PlannedOperation",
    "ProvisioningFile",
    "ProvisioningRequest",
    "Subscription",
]
