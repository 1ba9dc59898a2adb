"""What a version of the invoice template is refused for: texts, placeholders, legal mentions that cannot be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.documents.defaults import EARLY_PAYMENT, INDEMNITY, PENALTIES
from apps.documents.front import render_front
from apps.documents.legal import NAMES, missing
from apps.documents.penalties import HalfYear
from apps.documents.samples import SAMPLES
from apps.documents.services import LayoutValues, check_layout, layout_warnings, set_legal_rate
from apps.documents.shipped import shipped_layout
from apps.documents.trial import try_layout
from apps.documents.visible import visible_text

TODAY = date(2026, 11, 24)
TEXTS = LayoutValues(penalties=PENALTIES, recovery_indemnity=INDEMNITY, early_payment=EARLY_PAYMENT)
DOCUMENTS = {sample.code: sample.make() for sample in SAMPLES}
SHIPPED = shipped_layout()

#: What to take out of the shipped layout, and the mention that is then missing on a sample.
REMOVALS = [
    ("few", "kind", ["FACTURE"]),
    ("credit_note", "kind", ["AVOIR", "Avoir"]),
    ("few", "number", ["{{ invoice.number }}"]),
    ("few", "issue_date", ["{{ invoice.issue_date|date }}"]),
    ("few", "due_date", ["{{ invoice.due_date|date }}"]),
    (
        "few",
        "seller_name",
        ["{{ invoice.seller.legal_name }}", "{{ page.seller_identity }}", "{{ invoice.bank.holder }}"],
    ),
    ("few", "seller_address", ["{% for line in invoice.seller.address_lines %}{{ line }}<br>{% endfor %}"]),
    ("few", "seller_siren", ["{{ page.seller_identity }}"]),
    ("few", "seller_register", ["{{ page.seller_identity }}"]),
    ("few", "seller_capital", ["{{ page.seller_identity }}"]),
    ("few", "seller_vat_number", ["{{ page.seller_identity }}"]),
    ("few", "buyer_name", ["{{ invoice.buyer.legal_name }}"]),
    ("few", "buyer_address", ["{{ invoice.buyer.postal_code }}"]),
    ("few", "buyer_siren", ["{{ invoice.buyer.siren|by_three }}", "{{ invoice.buyer.vat_number }}"]),
    ("reverse_charge", "buyer_vat_number", ["{{ invoice.buyer.vat_number }}"]),
    ("delivered", "delivery", ["{{ invoice.delivery.city }}"]),
    ("credit_note", "cites", ["{{ invoice.cites.number }}"]),
    ("few", "item_label", ["{{ item.label }}"]),
    ("few", "item_quantity", ["{{ item.quantity|quantity }}"]),
    ("few", "item_price", ["{{ item.unit_price|price }}"]),
    ("few", "item_rate", ["{{ item.vat_rate|percent }}"]),
    ("few", "item_net", ["{{ item.net|euros }}"]),
    ("few", "rate", ["{{ part.rate|percent }}"]),
    ("few", "rate_base", ["{{ part.base|euros }}"]),
    ("few", "rate_amount", ["{{ part.amount|euros }}"]),
    ("reverse_charge", "reason", ["{{ part.reason }}"]),
    ("few", "net", ["{{ invoice.net|euros }}"]),
    ("few", "vat", ["{{ invoice.vat|euros }}"]),
    ("few", "gross", ["{{ invoice.gross|euros }}"]),
    ("delivered", "payment", ["{{ line }}"]),
    ("few", "penalties", ["{{ invoice.mentions.penalties }}"]),
    ("few", "recovery_indemnity", ["{{ invoice.mentions.recovery_indemnity }}"]),
    ("few", "early_payment", ["{{ invoice.mentions.early_payment }}"]),
    ("few", "operation_category", ["{{ invoice.mentions.operation_category }}"]),
    ("few", "vat_on_debits", ["{{ invoice.mentions.vat_on_debits }}"]),
    (
        "few",
        "period",
        ["{{ invoice.period_start|days:invoice.period_end }}", "{{ item.period_start|shortdays:item.period_end }}"],
    ),
]


def lacking(code: str, source: str) -> list[str]:
    return [fault.mention or fault.reason for fault in try_layout(source, [(code, DOCUMENTS[code])])]


@pytest.mark.parametrize("code", DOCUMENTS)
def test_the_shipped_layout_shows_every_mention_on_every_sample(code: str) -> None:
    assert lacking(code, SHIPPED) == []


@pytest.mark.parametrize(("code", "mention", "taken_out"), REMOVALS, ids=[f"{one[1]}-{one[0]}" for one in REMOVALS])
def test_a_mention_that_is_left_out_is_named(code: str, mention: str, taken_out: list[str]) -> None:
    source = SHIPPED
    for text in taken_out:
        assert text in source
        source = source.replace(text, "")
    assert mention in lacking(code, source)


def test_each_mention_can_be_missed() -> None:
    assert {mention for _code, mention, _texts in REMOVALS} == set(NAMES)


@pytest.mark.parametrize(
    "style",
    [
        "color: #ffffff",
        "color: #fdfdfd",
        "font-size: 1pt",
        "font-size: 4.9pt",
        "color: {{ page.palette.main }}; background-color: {{ page.palette.main }}",
        "display: none",
    ],
)
def test_a_mention_that_nobody_can_see_is_missing(style: str) -> None:
    style = style.replace("{{ page.palette.main }}", "#1f3a5f")
    hidden = SHIPPED.replace(
        "{{ invoice.mentions.early_payment }}", f'<p style="{style}">{{{{ invoice.mentions.early_payment }}}}</p>'
    )
    assert lacking("few", hidden) == ["early_payment"]


def test_a_mention_outside_the_page_is_missing() -> None:
    away = SHIPPED.replace(
        "@frame title { -pdf-frame-content: title; left: 108mm", "@frame title { -pdf-frame-content: title; left: 308mm"
    )
    assert {"number", "issue_date", "due_date"} <= set(lacking("few", away))


def test_a_mention_may_be_small_and_grey_or_white_on_dark() -> None:
    document = render_front(DOCUMENTS["few"])
    text = visible_text(document)
    assert "167,28" in text.replace("\N{NO-BREAK SPACE}", "")  # white on the integrator's colour
    assert missing(DOCUMENTS["few"], text) == []


def test_texts_are_found_wherever_their_lines_break() -> None:
    snapshot = DOCUMENTS["few"]
    text = visible_text(render_front(snapshot))
    broken = "\n".join(text[start : start + 7] for start in range(0, len(text), 7))
    assert missing(snapshot, broken) == []


# --- The whole check


@pytest.mark.django_db
def test_the_texts_and_the_layout_that_are_shipped_pass_the_check() -> None:
    assert check_layout(TEXTS, today=TODAY) == []


@pytest.mark.django_db
def test_all_that_a_layout_leaves_out_is_told_in_sentences() -> None:
    source = SHIPPED.replace("{{ invoice.gross|euros }}", "").replace("{{ invoice.mentions.early_payment }}", "")
    faults = check_layout(replace(TEXTS, html=source), today=TODAY)
    assert [(fault.field, fault.line) for fault in faults] == [("html", None)] * 2
    assert "le total TTC" in faults[0].reason
    assert "les conditions d’escompte" in faults[1].reason


@pytest.mark.django_db
def test_unknown_placeholders_are_told_with_their_lines_also_in_branches_that_no_sample_takes() -> None:
    source = "{{ invoice.nummber }}\n{% if invoice.net > 9999999 %}{{ page.nothing }}{% endif %}\n{{ invoice|euros }}"
    faults = check_layout(replace(TEXTS, html=source), today=TODAY)
    assert [(fault.field, fault.line) for fault in faults] == [("html", 1), ("html", 2), ("html", 3)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"penalties": " "}, "penalties"),
        ({"recovery_indemnity": ""}, "recovery_indemnity"),
        ({"early_payment": ""}, "early_payment"),
        ({"recovery_indemnity": "Une indemnité forfaitaire est due."}, "recovery_indemnity"),
        ({"penalties": "Pénalités au taux de 15 %."}, "penalties"),
        ({"penalties": "Pénalités de retard exigibles."}, "penalties"),
        ({"penalties": "Pénalités au taux de {taux}, ou de la BCE."}, "penalties"),
        ({"penalty_rate": Decimal(15)}, "penalties"),  # which the text does not say
        ({"penalty_rate": Decimal("8.99"), "penalties": "Pénalités au taux de {rate}."}, "penalty_rate"),
        ({"penalty_rate": Decimal(101), "penalties": "Pénalités au taux de {rate}."}, "penalty_rate"),
    ],
)
def test_texts_that_the_law_does_not_allow_are_refused(changes: dict[str, object], field: str) -> None:
    set_legal_rate(half_year=HalfYear.of(TODAY), ecb=Decimal("2.00"), legal=Decimal("3.00"), actor=None)
    assert [fault.field for fault in check_layout(replace(TEXTS, **changes), today=TODAY)] == [field]  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_rate_of_ones_own_is_at_least_three_times_the_legal_one_and_is_printed() -> None:
    set_legal_rate(half_year=HalfYear.of(TODAY), ecb=Decimal("2.00"), legal=Decimal("3.00"), actor=None)
    values = replace(TEXTS, penalty_rate=Decimal("9.00"), penalties="Pénalités au taux de {rate}.")
    assert check_layout(values, today=TODAY) == []
    assert layout_warnings(values, today=TODAY) == []


@pytest.mark.django_db
def test_a_rate_that_cannot_be_checked_is_a_warning() -> None:
    values = replace(TEXTS, penalty_rate=Decimal("9.00"), penalties="Pénalités au taux de {rate}.")
    assert len(layout_warnings(values, today=TODAY)) == 1
    assert layout_warnings(TEXTS, today=TODAY) == []


@pytest.mark.parametrize(
    "link",
    ["{{ 'file:///etc/passwd' }}", "{{ invoice.buyer.siren|default:'file:x' }}", "{{ invoice.number }}"],
)
def test_a_link_that_is_put_together_leads_to_the_web_as_any_other(link: str) -> None:
    layout = SHIPPED.replace("</body>", f'<a href="{link}">x</a></body>')
    (fault,) = try_layout(layout, [("individual", DOCUMENTS["individual"])])
    assert "https://" in fault.reason
    assert not fault.mention
