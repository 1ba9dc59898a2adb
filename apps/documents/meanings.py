"""What the placeholders of a layout mean, for whoever edits one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Said = Mapping[str, str | Promise]

#: What one thing of a list is called inside its loop, by the path of the list.
ELEMENTS: Final = {
    "invoice.vat_totals": "part",
    "invoice.items": "item",
    "page.blocks": "block",
    "page.third_party_blocks": "block",
    "block.items": "item",
}
#: Where two things belong together, or a text has several lines: what is written instead of the field alone.
WRITTEN: Final = {
    "invoice.period_start": "{{ invoice.period_start|days:invoice.period_end }}",
    "item.period_start": "{{ item.period_start|shortdays:item.period_end }}",
    "invoice.payment.text": "{% for line in invoice.payment.text|paragraphs %}{{ line }}<br>{% endfor %}",
    "invoice.branding.contact": "{% for line in invoice.branding.contact|paragraphs %}{{ line }}<br>{% endfor %}",
    "page.logo.source": (
        '<img src="{{ page.logo.source }}" '
        'style="width: {{ page.logo.width_mm }}mm; height: {{ page.logo.height_mm }}mm">'
    ),
}
#: What a layout may name and need not know of.
UNTOLD: Final = frozenset(
    {
        *("invoice.kind", "invoice.period_end", "item.period_end", "item.kind", "item.position", "item.vat_category"),
        *("invoice.layout_version", "invoice.branding.logo_digest", "invoice.payment.code", "part.category"),
        *("page.logo.width_mm", "page.logo.height_mm", "invoice.seller.customer_number"),
        *(f"invoice.buyer.{name}" for name in ("legal_form", "capital", "rcs", "email", "phone", "country")),
        *(f"invoice.delivery.{name}" for name in ("name", "legal_form", "capital", "siren", "siret", "rcs")),
        *(f"invoice.delivery.{name}" for name in ("vat_number", "customer_number", "email", "phone", "country")),
    }
)
#: The filter of fields that their kind does not tell.
SHOWN: Final = {
    "rate": "percent",
    "vat_rate": "percent",
    "quantity": "quantity",
    "unit_price": "price",
    "msisdn": "number",
    "iban": "by_four",
    "siren": "by_three",
}
#: By the beginning of the path; the longest first.
GROUPS: Final[Said] = {
    "invoice.seller": _("Your company"),
    "invoice.buyer": _("The customer"),
    "invoice.delivery": _("The delivery address"),
    "invoice.bank": _("Your bank details"),
    "invoice.payment": _("The payment"),
    "invoice.mentions": _("The legal mentions"),
    "invoice.branding": _("Your look"),
    "invoice.items": _("The lines"),
    "invoice.vat_totals": _("The VAT rates"),
    "page.blocks": _("The lines by mobile line"),
    "page.third_party_blocks": _("The lines by mobile line"),
    "page.sums": _("The sums by group"),
    "page.palette": _("Your look"),
    "page.logo": _("Your look"),
    "invoice": _("The document"),
    "page": _("The document"),
    "item": _("The lines"),
    "part": _("The VAT rates"),
    "block": _("The lines by mobile line"),
}
MEANINGS: Final[Said] = {
    "invoice.number": _("the number; empty on a draft"),
    "invoice.issue_date": _("the date of issue"),
    "invoice.due_date": _("the date due"),
    "invoice.period_start": _("the period of the services"),
    "invoice.net": _("the total without VAT"),
    "invoice.vat": _("the total of the VAT"),
    "invoice.gross": _("the total with VAT"),
    "invoice.purchase_order": _("the customer’s purchase order"),
    "invoice.cost_center": _("the customer’s cost centre"),
    "invoice.is_draft": _("whether it is a draft"),
    "invoice.is_credit_note": _("whether it is a credit note"),
    "invoice.delivery": _("whether it is delivered elsewhere"),
    "invoice.bank": _("whether your bank details are known"),
    "invoice.cites": _("whether it corrects an invoice"),
    "cites.number": _("the number of the invoice that a credit note corrects"),
    "cites.issue_date": _("the date of the invoice that a credit note corrects"),
    "party.legal_name": _("the name"),
    "party.name": _("the name in capitals, or the trade name"),
    "party.legal_form": _("the legal form"),
    "party.capital": _("the share capital"),
    "party.siren": _("the SIREN"),
    "party.siret": _("the SIRET"),
    "party.rcs": _("the trade register and its town"),
    "party.vat_number": _("the VAT number"),
    "party.address_lines": _("the lines of the address, one by one"),
    "party.postal_code": _("the postal code"),
    "party.city": _("the city"),
    "party.country": _("the code of the country"),
    "party.country_name": _("the country, if abroad"),
    "party.customer_number": _("the customer number"),
    "party.email": _("the e-mail address"),
    "party.phone": _("the phone number"),
    "bank.holder": _("the account holder"),
    "bank.iban": _("the IBAN"),
    "bank.bic": _("the BIC"),
    "bank.bank": _("the name of the bank"),
    "bank.creditor_id": _("the SEPA creditor identifier"),
    "payment.label": _("the payment mode"),
    "payment.text": _("the text of the payment mode"),
    "mentions.penalties": _("the late-payment penalties"),
    "mentions.recovery_indemnity": _("the recovery indemnity of 40 €"),
    "mentions.early_payment": _("the terms of early payment"),
    "mentions.operation_category": _("the category of operation"),
    "mentions.vat_on_debits": _("the option for VAT on debits"),
    "branding.colour": _("your main colour"),
    "branding.footer": _("the footer"),
    "branding.contact": _("the contact shown to customers"),
    "branding.message": _("a message to customers"),
    "invoice.items": _("all lines, one by one"),
    "item.label": _("the label of the line"),
    "item.msisdn": _("its mobile number"),
    "item.user_name": _("the user of the mobile line"),
    "item.period_start": _("its period"),
    "item.quantity": _("the quantity"),
    "item.unit_price": _("the unit price without VAT"),
    "item.net": _("the amount without VAT"),
    "item.vat_rate": _("its VAT rate"),
    "item.third_party": _("whether it is sold for somebody else"),
    "item.detail": _("a few words of detail"),
    "invoice.vat_totals": _("the VAT rates, one by one"),
    "part.rate": _("the VAT rate"),
    "part.base": _("the amount without VAT of this rate"),
    "part.amount": _("the VAT of this rate"),
    "part.reason": _("why no VAT is due"),
    "palette.main": _("your main colour"),
    "palette.tint": _("a pale ground of your colour"),
    "palette.rule": _("the colour of rules"),
    "palette.on_main": _("the colour of text on your main colour"),
    "sums.subscriptions": _("the sum of plans and options"),
    "sums.services": _("the sum of services and equipment"),
    "sums.usage": _("the sum of usage"),
    "sums.discounts": _("the sum of discounts"),
    "sums.third_party": _("the sum of third-party services"),
    "sums.net": _("the sum of all lines"),
    "page.line_count": _("the number of mobile lines"),
    "page.blocks": _("the lines by mobile line, where they are few enough for this page"),
    "page.third_party_blocks": _("the same for third-party services"),
    "page.detailed_apart": _("whether the lines follow on pages of their own"),
    "page.seller_identity": _("the legal identity of your company, on one line"),
    "page.logo": _("whether there is a logo"),
    "logo.source": _("the logo"),
    "block.msisdn": _("the mobile number; empty for what is not of a line"),
    "block.user_name": _("the user of the mobile line"),
    "block.items": _("the lines of this mobile line, one by one"),
}
