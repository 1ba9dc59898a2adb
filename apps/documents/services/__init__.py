"""Verbs of the invoice template: layout and texts, numbers, payment terms and modes, penalty rates."""

from apps.documents.services.checking import check_layout, layout_warnings
from apps.documents.services.layouts import (
    LayoutConflict,
    LayoutFault,
    LayoutRefused,
    LayoutValues,
    layout_in_force,
    layout_of,
    restore_layout,
    use_shipped_layout,
    write_layout,
)
from apps.documents.services.methods import change_payment_text
from apps.documents.services.previewing import (
    REAL_DOCUMENTS,
    Choice,
    Real,
    RealDocuments,
    preview_layout,
    real_choices,
    sample_choices,
)
from apps.documents.services.rates import all_rates, rates_on, set_legal_rate
from apps.documents.services.series import NumbersAhead, change_series, preview_series, rules_of
from apps.documents.services.terms import (
    TERMS_IN_USE,
    TermsValues,
    change_terms,
    create_terms,
    customers_with,
    make_default_terms,
    terms_fault,
)

__all__ = [
    "REAL_DOCUMENTS",
    "TERMS_IN_USE",
    "Choice",
    "LayoutConflict",
    "LayoutFault",
    "LayoutRefused",
    "LayoutValues",
    "NumbersAhead",
    "Real",
    "RealDocuments",
    "TermsValues",
    "all_rates",
    "change_payment_text",
    "change_series",
    "change_terms",
    "check_layout",
    "create_terms",
    "customers_with",
    "layout_in_force",
    "layout_of",
    "layout_warnings",
    "make_default_terms",
    "preview_layout",
    "preview_series",
    "rates_on",
    "real_choices",
    "restore_layout",
    "rules_of",
    "sample_choices",
    "set_legal_rate",
    "terms_fault",
    "use_shipped_layout",
    "write_layout",
]
