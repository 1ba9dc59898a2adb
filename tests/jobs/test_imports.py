"""Files taken over on screen: nothing before a confirmation, and nothing but what was shown."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.core.spreadsheets import as_xlsx
from apps.jobs.imports import services
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.models import FileImport
from apps.jobs.models import Job
from apps.sims.file_kinds import SIM_FILES
from apps.sims.models import SimCard, SimImport
from tests.factories import SimCardFactory, UserFactory
from tests.jobs.importing import (
    CONFIRMED,
    address,
    card_lines,
    confirm,
    iccid,
    page,
    report_of,
    send,
    send_bytes,
    work_off,
)
from tests.people import SignIn

pytestmark = pytest.mark.django_db


def test_nothing_is_written_before_the_confirmation(support: Client) -> None:
    row = send(support, SIM_FILES, *card_lines(3))
    assert (row.state, row.new, row.lines) == (ImportState.READY, 3, 3)
    assert not SimCard.objects.exists()
    shown = page(support, row)
    assert iccid(2) in shown
    assert "Rien n’a encore été écrit" in shown

    assert confirm(support, row).status_code == 302
    work_off()
    row.refresh_from_db()
    assert row.state == ImportState.DONE
    assert SimCard.objects.count() == 3
    history = SimCard.history.first()
    assert (history.history_change_reason, history.history_user) == ("livraison.csv", row.confirmed_by)
    assert LogEntry.objects.filter(object_id=str(row.pk)).count() == 2  # sent, confirmed


def test_a_file_with_one_fault_is_refused_whole_and_all_its_faults_are_told(support: Client) -> None:
    lines = ["ICCID;PIN1;FORMAT", f"{iccid(1)};1234;NANO", f"{iccid(2)};12;NANO", "8.93E+18;1234;PUCE", f"{iccid(1)};;"]
    row = send(support, SIM_FILES, *lines)
    assert (row.state, row.faults) == (ImportState.REFUSED, 4)
    shown = page(support, row)
    assert "8.93E+18" in shown
    assert "La ligne 2 a la même valeur" in shown
    # Where the corrected one is sent, without a way back to the list.
    assert f'hx-get="{reverse("admin:sims_simimport_send")}"' in shown
    assert "Importer le fichier corrigé" in shown
    assert support.get(address(row, "confirm")).status_code == 200
    assert confirm(support, row).status_code == 200  # the dialog stays, with its refusal
    work_off()
    assert not SimCard.objects.exists()

    report = b"".join(support.get(reverse("file", args=["import-report", row.pk])).streaming_content).decode(
        "utf-8-sig"
    )
    assert len(report.splitlines()) == 1 + 4
    assert report.splitlines()[1].startswith("3;refusée;PIN1;•••;")


def test_secrets_are_neither_on_the_page_nor_in_the_report(support: Client) -> None:
    SimCardFactory(iccid=iccid(1), puk1="99999999")
    row = send(support, SIM_FILES, "ICCID;PIN1;PUK1", f"{iccid(1)};4821;11223344", f"{iccid(2)};4821;11223344")
    report = report_of(support, row)
    for told in (page(support, row), report, str(FileImport.objects.get(pk=row.pk).review)):
        assert "•••" in told
        for secret in ("4821", "11223344", "99999999"):
            assert secret not in told


def test_codes_are_not_taken_for_titles_where_the_header_is_missing(support: Client) -> None:
    row = send(support, SIM_FILES, f"{iccid(1)};4821;11223344;NANO", f"{iccid(2)};4822;11223355;NANO")
    assert (row.state, row.faults) == (ImportState.REFUSED, 1)
    shown = page(support, row)
    assert "la ligne d’en-tête manque-t-elle ?" in shown
    assert "Colonnes attendues : ICCID." in shown
    for told in (shown, report_of(support, row), str(row.review)):
        assert "4821" not in told
        assert "11223344" not in told


def test_new_lines_are_shown_with_all_that_they_say_but_secrets(support: Client) -> None:
    header = "ICCID;IMSI;PIN1;PUK1;PIN2;PUK2;FORMAT;RESEAU;LOT;STATUT"
    row = send(
        support, SIM_FILES, header, f"{iccid(1)};208220700000000;1234;12345678;1234;12345678;NANO;ISM;L77;EN_STOCK"
    )
    assert row.review["new_headers"] == ["ICCID", "IMSI", "FORMAT", "RESEAU", "LOT", "STATUT"]
    assert ">L77<" in page(support, row)


def test_what_changed_is_shown_old_and_new(support: Client) -> None:
    SimCardFactory(iccid=iccid(1), batch="L0")
    row = send(support, SIM_FILES, *card_lines(1))
    assert (row.new, row.changed) == (0, 1)
    shown = page(support, row)
    assert "<del" in shown
    assert ">L0<" in shown
    assert ">L1<" in shown


def test_a_file_that_says_nothing_new_has_nothing_to_confirm(support: Client) -> None:
    SimCardFactory(iccid=iccid(1), batch="L1")
    row = send(support, SIM_FILES, *card_lines(1))
    assert (row.state, row.unchanged) == (ImportState.UNCHANGED, 1)
    assert "Confirmer l’import" not in page(support, row)
    assert "a déjà été confirmé" not in confirm(support, row).content.decode()
    row.refresh_from_db()
    assert row.state == ImportState.UNCHANGED


def test_what_was_shown_is_what_is_confirmed(support: Client) -> None:
    """The database changes between the page and the click: the page is made anew, nothing is written."""
    row = send(support, SIM_FILES, *card_lines(2))
    SimCardFactory(iccid=iccid(1), batch="ELSEWHERE")
    assert confirm(support, row).status_code == 302
    work_off()
    row.refresh_from_db()
    assert (row.state, row.new, row.changed) == (ImportState.READY, 1, 1)
    assert row.confirmed_by is None
    assert SimCard.objects.get().batch == "ELSEWHERE"
    assert "Les données ont changé" in page(support, row)
    confirm(support, row)
    work_off()
    assert set(SimCard.objects.values_list("batch", flat=True)) == {"L1"}


def test_a_confirmation_of_an_older_page_is_refused(support: Client) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    older = row.fingerprint
    SimCardFactory(iccid=iccid(1), batch="ELSEWHERE")
    support.post(address(row, "check_again"), CONFIRMED)
    work_off()
    answer = confirm(support, row, fingerprint=older)
    assert answer.status_code == 200
    assert "vérifié à nouveau" in answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    row.refresh_from_db()
    assert row.state == ImportState.READY


def test_two_clicks_confirm_once(support: Client) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    assert confirm(support, row).status_code == 302
    assert "déjà été confirmé" in confirm(support, row).content.decode()
    assert Job.objects.filter(kind=SIM_FILES.write_code).count() == 1


def test_abandoned_stays_in_the_list_and_is_never_written(support: Client) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    assert support.post(address(row, "abandon"), CONFIRMED).status_code == 302
    row.refresh_from_db()
    assert row.state == ImportState.ABANDONED
    with pytest.raises(DomainError):
        services.confirm_import(file=row, fingerprint=row.fingerprint, actor=UserFactory())
    assert row.name in support.get(reverse("admin:sims_simimport_changelist")).content.decode()


def test_who_may_only_look_neither_sends_nor_confirms(sign_in: SignIn, support: Client) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    looking = sign_in("sims.view_simimport", "jobs.view_job")
    assert "livraison.csv" in page(looking, row)
    assert iccid(1) not in page(looking, row)  # what a file says is for those who may send one
    assert looking.get(reverse("file", args=["import-report", row.pk])).status_code == 404
    upload = {**CONFIRMED, "file": SimpleUploadedFile("x.csv", b"ICCID\n")}
    assert looking.post(reverse("admin:sims_simimport_send"), upload).status_code == 403
    assert confirm(looking, row).status_code == 403
    other = sign_in("sims.view_simcard", "jobs.view_job")
    assert other.get(address(row)).status_code == 403
    assert other.get(reverse("file", args=["import-report", row.pk])).status_code == 404


def test_too_large_and_empty_files_are_refused_in_the_dialog(support: Client, settings: object) -> None:
    settings.IMPORT_LIMIT = 10  # type: ignore[attr-defined]
    url = reverse("admin:sims_simimport_send")
    for data, said in ((b"", "vide"), (b"ICCID\n8933101234\n", "Mo")):
        answer = support.post(url, {**CONFIRMED, "file": SimpleUploadedFile("x.csv", data)})
        assert answer.status_code == 200
        assert said in answer.content.decode()
    assert not SimImport.objects.exists()


def test_what_was_in_old_files_is_forgotten_and_the_counts_stay(support: Client, settings: object) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    FileImport.objects.update(created_at=timezone.now() - timezone.timedelta(days=31))
    assert services.clear_old_reports()
    row.refresh_from_db()
    assert (row.report_path, row.review, row.new) == ("", {}, 2)
    assert page(support, row)


def test_a_workbook_is_taken_over_like_a_file_of_text(support: Client) -> None:
    book = as_xlsx("cartes", ["ICCID", "LOT"], [[iccid(1), "L1"], [iccid(2)[:-1], "L1"]])
    row = send_bytes(support, SIM_FILES, book, name="livraison.xlsx")
    assert (row.state, row.faults) == (ImportState.REFUSED, 1)
    assert row.review["faults"][0]["line"] == 3

    book = as_xlsx("cartes", ["ICCID", "LOT"], [[iccid(1), "L1"], [iccid(2), "L1"]])
    row = send_bytes(support, SIM_FILES, book, name="livraison.xlsx")
    confirm(support, row)
    work_off()
    assert SimCard.objects.filter(batch="L1").count() == 2


def test_a_hostile_name_and_cell_stay_text(support: Client) -> None:
    hostile = "\"'; <b>{{"
    row = send_bytes(support, SIM_FILES, f"ICCID;LOT\n{iccid(1)};<img src=x>\n".encode(), name="a<b>{{'.csv")
    shown = page(support, row)
    assert "<img src=x>" not in shown
    assert "a<b>" not in shown
    assert hostile not in shown
