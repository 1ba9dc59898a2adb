"""What a new installation starts with: number series, payment terms and texts, in French as documents are.

Sources: code de commerce L441-10 II and D441-5 (penalties, 40 € indemnity), L441-9 (early payment); CGI ann. II
242 nonies A. An integrator edits them; nothing is touched where rows exist already.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.documents.choices import DocumentKind, PaymentMode
from apps.documents.shipped import SHIPPED

PENALTIES = (
    "En cas de retard de paiement, des pénalités sont exigibles sans rappel le jour suivant l'échéance, au taux de la "
    "Banque centrale européenne appliqué à son opération de refinancement la plus récente majoré de 10 points."
)
INDEMNITY = (
    "Une indemnité forfaitaire de 40 € pour frais de recouvrement est due en cas de retard "
    "(articles L441-10 et D441-5 du code de commerce)."
)
EARLY_PAYMENT = "Pas d'escompte pour paiement anticipé."
NEW_LAYOUT = "Nouvelle mise en page fournie"
TEXTS = {
    PaymentMode.DIRECT_DEBIT: "Prélèvement SEPA le {due_date} sur le compte {customer_iban}, mandat {mandate}. "
    "La présente facture vaut notification préalable.",
    PaymentMode.TRANSFER: "Virement à effectuer avant le {due_date} sur le compte {iban} (BIC {bic}), "
    "en rappelant le numéro {number}.",
    PaymentMode.CHEQUE: "Chèque à nous faire parvenir avant le {due_date}, en rappelant le numéro {number}.",
    PaymentMode.CARD: "Paiement par carte bancaire au plus tard le {due_date}.",
    PaymentMode.LCR: "Lettre de change relevé à échéance du {due_date}.",
    PaymentMode.CASH: "Paiement en espèces au plus tard le {due_date}, dans la limite légale.",
}


def install_defaults(**kwargs: Any) -> None:
    """After every migration: each kind of row, if there is none of it."""
    from apps.documents.models import InvoiceLayout, NumberSeries, PaymentMethod, PaymentTerms

    if not NumberSeries.objects.exists():
        NumberSeries.objects.create(kind=DocumentKind.INVOICE, pattern="F{YYYY}-{N:6}", reset="yearly")
        NumberSeries.objects.create(kind=DocumentKind.CREDIT_NOTE, pattern="A{YYYY}-{N:6}", reset="yearly")
    if not PaymentTerms.objects.exists():
        PaymentTerms.objects.create(code="30J", label="30 jours", days=30, is_default=True)
        PaymentTerms.objects.create(code="30JFDM", label="30 jours fin de mois", days=30, end_of_month=True)
        PaymentTerms.objects.create(code="COMPTANT", label="Comptant", days=0)
    if not PaymentMethod.objects.exists():
        for mode, text in TEXTS.items():  # one by one: each begins its history
            PaymentMethod.objects.create(mode=mode, text=text)
    if not InvoiceLayout.objects.exists():
        InvoiceLayout.objects.create(
            version=1,
            penalties=PENALTIES,
            recovery_indemnity=INDEMNITY,
            early_payment=EARLY_PAYMENT,
            shipped=SHIPPED,
            made_at=timezone.now(),
        )
    elif (latest := InvoiceLayout.objects.latest()).html == "" and latest.shipped < SHIPPED:
        # An upgrade brought another layout. Who uses the shipped one gets it, as a version of its own: what has been
        # issued is drawn with the file of its day.
        latest.pk, latest.version, latest.shipped = None, latest.version + 1, SHIPPED
        latest.note, latest.made_by, latest.made_at = NEW_LAYOUT, None, timezone.now()
        latest.save(force_insert=True)
