"""The sentences of the pure modules' refusals and of the faults of files.

Pure modules know no Django, so they raise codes; this is where a code becomes what a clerk reads, in the
language of the moment. An app that finds faults of its own adds its codes with :func:`register`, in
``ready()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.csvfiles import Fault
from apps.core.refusals import Refusal

CORE_SENTENCES: Final[Mapping[str, str | Promise]] = {
    "value_missing": _("A value is expected here."),
    "spreadsheet_number": _("A spreadsheet has destroyed this number (%(value)s): export it again, as text."),
    "spreadsheet_day": _(
        "A spreadsheet has made a day of this value: format the column as text, then type the value anew."
    ),
    "spreadsheet_failure": _("A spreadsheet shows that it knows no value here: type the value in its place."),
    "zeros_lost": _(
        "%(found)d digits instead of %(expected)d: a spreadsheet has probably removed a leading 0. "
        "Format the column as text, then type the numbers anew."
    ),
    "digit_expected": _("“%(character)s” in position %(position)d is not a digit."),
    # Telephone numbers
    "msisdn_zero_lost": _("The leading 0 is missing: should it be %(proposal)s?"),
    "msisdn_foreign": _("This is not a French number."),
    "msisdn_country": _("The country code +%(typed)s does not go with this number: it is +%(expected)s."),
    "msisdn_length": _("A mobile number has 10 digits in national form; this one has %(found)d."),
    "msisdn_m2m_length": _("A machine number (0700) has 14 digits in national form; this one has %(found)d."),
    "msisdn_not_mobile": _("This is not a mobile number: those start with 06 or with 073 to 079."),
    "phone_format": _("A telephone number has 10 digits in France; one of elsewhere begins with + and its country."),
    # SIM cards
    "iccid_prefix": _("The number of a SIM card starts with 89, not %(prefix)s."),
    "iccid_length": _("The number of a SIM card has 19 or 20 digits; this one has %(found)d."),
    "iccid_incomplete": _("The check digit is missing: the whole number would be %(completed)s."),
    "iccid_luhn": _("Wrong check digit: the last digit is %(found)s, %(expected)s was expected."),
    "iccid_country": _("This SIM card was not issued in France."),
    "imsi_length": _("An IMSI has 15 digits; this one has %(found)d."),
    "imsi_country": _("A French IMSI starts with 208 or 647, not %(prefix)s."),
    "imei_length": _("An IMEI has 15 digits; this one has %(found)d. It is shown by *#06#."),
    "imei_luhn": _("Wrong check digit: the last digit is %(found)s, %(expected)s was expected."),
    "pin_length": _("A PIN code has 4 to 8 digits; this one has %(found)d."),
    "puk_length": _("A PUK code has 8 digits; this one has %(found)d."),
    # Companies and bank accounts
    "siren_length": _("A SIREN has 9 digits; this one has %(found)d."),
    "siren_checksum": _("This SIREN does not exist: its check digit is wrong."),
    "siret_length": _("A SIRET has 14 digits; this one has %(found)d."),
    "siret_checksum": _("This SIRET does not exist: its check digit is wrong."),
    "vat_country": _("“%(prefix)s” is not a country of the European Union."),
    "vat_format": _("This VAT number does not have the form of its country."),
    "vat_checksum": _("This VAT number does not exist: its check digits are wrong."),
    "iban_country": _("“%(prefix)s” is not a country that uses IBANs."),
    "iban_length": _("This IBAN does not have the length of its country."),
    "iban_format": _("This IBAN holds a character that does not belong in it."),
    "iban_checksum": _("This IBAN does not exist: its check digits are wrong."),
    "iban_national_key": _("This IBAN does not exist: its national key (RIB key in France) is wrong."),
    "bic_country": _("The country of this BIC does not exist."),
    "bic_format": _("A BIC has 8 or 11 characters: bank, country, place and, if any, branch."),
    "bic_other_country": _("This BIC (%(bic)s) is not of the same country as the IBAN (%(iban)s)."),
    "creditor_id_length": _("A French creditor identifier has 13 characters; this one has %(found)d."),
    "creditor_id_format": _("A creditor identifier is a country, two digits, three characters and a national number."),
    "creditor_id_checksum": _("This creditor identifier does not exist: its check digits are wrong."),
    "electronic_address_format": _("A scheme and an identifier are expected, such as 0225:732829320."),
    # Names and addresses
    "charset_character": _("“%(character)s” in position %(position)d is not allowed. Proposal: %(proposal)s"),
    "charset_space": _("The space in position %(position)d is one too many. Proposal: %(proposal)s"),
    "charset_length": _("%(found)d characters, at most %(limit)d are allowed."),
    # Whole files
    "file_empty": _("The file is empty."),
    "file_encoding": _("The file is in %(format)s: save it as CSV UTF-8."),
    "file_spreadsheet": _("This is a spreadsheet (%(format)s): save it as an XLSX workbook or as CSV UTF-8."),
    "file_renamed": _("This is an XLSX workbook under another name: give it one that ends in .xlsx."),
    "file_archive": _("This is a compressed file (%(format)s): extract the CSV file first."),
    "text_encoding": _("Character %(position)d is not UTF-8; the file looks like %(encoding)s."),
    "text_control": _("Character %(position)d is an invisible control character."),
    "text_twice": _(
        "From character %(position)d on, “%(found)s” stands for “%(meant)s”: "
        "an earlier conversion took UTF-8 for CP1252."
    ),
    "text_replaced": _("Character %(position)d was lost in an earlier conversion (�)."),
    # Workbooks
    "workbook_expected": _("The name ends in .xlsx, yet this is no workbook: a CSV file has a name that ends in .csv."),
    "workbook_protected": _("A password protects this workbook: save it without one."),
    "workbook_damaged": _("This workbook cannot be read: open it in a spreadsheet and save it anew as XLSX."),
    "workbook_too_large": _("This workbook is too large once unpacked: split it, or save it as CSV UTF-8."),
    "workbook_sheets": _("Several sheets hold something (%(sheets)s): keep only the one that is to be taken over."),
    "cell_formula": _("A formula stands here: replace it by its value (copy, then paste special, values)."),
    "cell_digits": _(
        "A spreadsheet keeps only 15 digits of a number: format the column as text, then type the number anew."
    ),
    # Structure of tables
    "columns_of_another_file": _(
        "No column of this file is known here: is it another file, or is its line of headers missing? "
        "Columns expected: %(expected)s."
    ),
    "column_missing": _("This column is required and missing."),
    "column_twice": _("This column is given twice."),
    "column_unknown": _("Unknown column."),
    "columns_too_many": _("The header has more than %(limit)d columns: this is another file."),
    "column_unnamed": _("Column number %(position)d has no name."),
    "field_count": _("Number of fields: %(found)d; expected: %(expected)d."),
    "quote_open": _("The quotation mark opened in position %(position)d is never closed."),
    "quote_stray": _("The quotation mark in position %(position)d is out of place."),
    # Cells
    "number_expected": _("A number is expected."),
    "number_exponent": _("A spreadsheet has rounded this number: write it without an exponent."),
    "number_thousands": _("Write the number without a thousands separator."),
    "number_unit": _("Write the number alone, without “%(unit)s”."),
    "number_scale": _("%(found)d decimals, at most %(limit)d are allowed."),
    "number_too_big": _("The number is too big."),
    "number_too_small": _("The number must be at least %(minimum)s."),
    "number_not_whole": _("A whole number is expected."),
    "date_format": _("A date is written YYYY-MM-DD, as 2026-10-31."),
    "date_unknown": _("This day does not exist."),
    "choice_expected": _("One of these is expected: %(choices)s."),
    "number_too_large": _("The number must be at most %(maximum)s."),
    "text_length": _("%(found)d characters, at most %(limit)d are allowed."),
    "email_format": _("This is not an e-mail address."),
    # Files that are taken over
    "file_too_long": _("This file has more than %(limit)s lines: split it, or check that it is the right one."),
    "file_without_lines": _("There is no line under the header."),
    "column_forbidden": _("This column must not be in the file: remove it."),
    "given_twice": _("Line %(line)d has the same value."),
    "key_lookalike": _("Character %(position)d looks like “%(plain)s” and is another one: type it anew."),
    "cannot_change": _("The value is “%(current)s”: a file cannot change it."),
    # Invoice numbers
    "pattern_brace": _("The brace in position %(position)d has no counterpart."),
    "pattern_field": _("Unknown field {%(field)s} in position %(position)d: use {YYYY}, {YY}, {MM} or {N:5}."),
    "pattern_character": _("“%(character)s” in position %(position)d is not allowed in a number."),
    "pattern_no_counter": _("The counter {N} is missing."),
    "pattern_many_counters": _("The counter {N} may be there only once."),
    "pattern_needs_year": _("A counter that restarts needs the year in the number, or numbers would come back."),
    "pattern_needs_month": _("A counter that restarts monthly needs the month in the number."),
    "pattern_length": _("%(example)s has %(found)d characters, at most %(limit)d are allowed."),
    "pattern_counter": _("Counters start at 1."),
    "pattern_repeats": _("These numbers could read as those given with %(pattern)s: change what stands before them."),
    "pattern_repeats_other": _(
        "These numbers could read as those of the other series (%(pattern)s): change what stands before them."
    ),
    # Sentences with placeholders
    "phrase_brace": _("The brace in position %(position)d has no counterpart."),
    "phrase_field": _("Unknown placeholder {%(field)s} in position %(position)d: use %(expected)s."),
    # Payment terms
    "terms_days": _("Payment is due within 0 to %(limit)d days."),
    "terms_day_of_month": _("A day of the month is between 1 and 31."),
    "terms_too_long": _("Payment may come %(longest)d days after issue; the law allows %(limit)d."),
}


_registered: dict[str, str | Promise] = {}


def register(sentences: Mapping[str, str | Promise]) -> None:
    """Add the sentences of an app's own codes; ValueError for a code that already has another sentence."""
    for code, text in sentences.items():
        if CORE_SENTENCES.get(code, text) != text or _registered.setdefault(code, text) != text:
            raise ValueError(f"two sentences for the code {code}")


def sentences() -> Mapping[str, str | Promise]:
    """Every code with its sentence, before its parameters are filled in."""
    return {**CORE_SENTENCES, **_registered}


def sentence(error: Refusal | Fault) -> str:
    """Why ``error`` was refused, in the language of the moment; without its place in a file."""
    code = error.code if isinstance(error, Refusal) else error.reason_code
    return str(sentences()[code]) % error.params


def located_sentence(fault: Fault) -> str:
    """A fault with its place: ``Line 7, column ICCID (8,93322E+18): A spreadsheet has…``."""
    place = {"line": fault.line, "column": fault.column, "value": fault.value, "reason": sentence(fault)}
    if fault.column and fault.value and fault.value != fault.column:
        return gettext("Line %(line)d, column %(column)s (%(value)s): %(reason)s") % place
    if fault.column:
        return gettext("Line %(line)d, column %(column)s: %(reason)s") % place
    if fault.value:
        return gettext("Line %(line)d (%(value)s): %(reason)s") % place
    return gettext("Line %(line)d: %(reason)s") % place
