"""«Modèle de facture» (texts and layout, numbering, payment terms, penalty rates) and «Modes de paiement»."""

from apps.documents.admin.layouts import InvoiceLayoutAdmin
from apps.documents.admin.methods import PaymentMethodAdmin
from apps.documents.admin.numbering import NumberSeriesAdmin
from apps.documents.admin.rates import LegalRateAdmin
from apps.documents.admin.terms import PaymentTermsAdmin

__all__ = [
    "InvoiceLayoutAdmin",
    "LegalRateAdmin",
    "NumberSeriesAdmin",
    "PaymentMethodAdmin",
    "PaymentTermsAdmin",
]
