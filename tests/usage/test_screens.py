"""«Chargement CDRs mobile» and «CDRs en attente» over HTTP: who may, what is said, what is never run."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.core.roles import Role
from apps.jobs.models import Job, Upload
from apps.jobs.services import cancel_job
from apps.lines.models import Line
from apps.usage import faults
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, CdrFormat, SuspendedRecord
from apps.usage.services import back_out_file, request_backing_out, request_load
from tests.admin.query_counts import queries_of
from tests.factories import UserFactory
from tests.pure.cdr_files import row
from tests.usage.conftest import Load
from tests.usage.working import calls, plain, sent, work_off

pytestmark = pytest.mark.django_db

LOAD = reverse("admin:usage_cdrfile_load")
FILES = reverse("admin:usage_cdrfile_changelist")
WAITING = reverse("admin:usage_suspendedrecord_changelist")
RATE = reverse("admin:usage_suspendedrecord_rate_pending")
HOSTILE = '"><img src=x onerror=alert(1)>.csv'


def signed_in(role: Role) -> Client:
    user = UserFactory(username=role.name.lower())
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def clerk(db: None) -> Client:
    """Somebody of «Facturation»."""
    return signed_in(Role.BILLING)


def post(client: Client, *files: SimpleUploadedFile, **more: Any) -> HttpResponse:
    return client.post(LOAD, {"_form_submitted": "True", "files": list(files), **more})  # type: ignore[return-value]


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return plain(page.content.decode())


def page_of(file: CdrFile) -> str:
    return reverse("admin:usage_cdrfile_change", args=[file.pk])


# --- Who may


def test_whoever_invoices_loads_files(clerk: Client, line: Line) -> None:
    assert "cdrfile/load" in text_of(clerk, FILES)
    answer = post(clerk, sent(row()))
    assert (answer.status_code, answer["Location"]) == (302, FILES)
    work_off()
    page = text_of(clerk, FILES)
    assert "CDRs bien chargés" in page
    assert "octobre.csv : 1 ligne (valorisés 1)." in page


def test_loads_under_way_are_all_there_by_their_names(clerk: Client, line: Line) -> None:
    names = [f"fichier_{number}.csv" for number in range(5)]
    for name in names:
        post(clerk, sent(row(ID_CDR=name), name=name))
    page = text_of(clerk, FILES)
    assert [name for name in names if name not in page] == []
    tasks = text_of(clerk, reverse("admin:jobs_job_changelist"))
    assert [name for name in names if f"Chargement de CDRs – {name}" not in tasks] == []
    work_off()
    assert text_of(clerk, FILES).count("CDRs bien chargés") == 3, "of those that are over, the latest"


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.READER, Role.SALES, Role.ACCOUNTANT])
def test_nobody_else_does(role: Role, line: Line) -> None:
    client = signed_in(role)
    assert client.get(LOAD).status_code == post(client, sent(row())).status_code == 403
    assert (Job.objects.count(), Upload.objects.count()) == (0, 0)
    page = client.get(FILES)
    assert page.status_code == (200 if role in (Role.SUPPORT, Role.READER) else 403)
    assert "cdrfile/load" not in page.content.decode()


def test_a_line_that_has_no_identifier_is_called_by_its_place(admin: Client, line: Line, load: Load) -> None:
    load(row(), "FAX")
    assert ">ligne 3<" in text_of(admin, WAITING)


def test_support_rates_again_and_watches_it(line: Line, load: Load) -> None:
    load(row(MSISDN="33639981111"))
    client = signed_in(Role.SUPPORT)
    assert client.post(RATE, {"_form_submitted": "True"}).status_code == 302
    assert Job.objects.get().created_by is not None
    assert "Nouvelle valorisation des CDRs en attente" in text_of(client, WAITING)
    work_off()
    assert "0 CDR sur 1 en attente a été valorisé" in text_of(client, WAITING)


def test_a_load_without_its_token_is_refused(line: Line) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(is_superuser=True))
    assert post(client, sent(row())).status_code == 403
    assert not Upload.objects.exists()


# --- The dialog


def test_the_dialog_asks_for_files_and_sends_them_as_such(clerk: Client) -> None:
    page = text_of(clerk, LOAD)
    assert "Choisissez un fichier" in page
    assert 'hx-encoding="multipart/form-data"' in page
    assert "multiple" in page
    assert 'name="format"' not in page


def test_the_format_is_asked_for_where_there_are_several(clerk: Client, line: Line) -> None:
    CdrFormat.objects.create(code="AUTRE", label="Autre opérateur", layout={"delimiter": ","})
    assert "AUTRE · Autre opérateur" in text_of(clerk, LOAD)
    post(clerk, sent(row()), format="AUTRE")
    assert Job.objects.get().parameters["format"] == "AUTRE"


def test_a_dialog_without_a_file_is_not_sent(clerk: Client) -> None:
    assert "Choisissez au moins un fichier." in plain(post(clerk).content.decode())


def test_a_refusal_stays_in_the_dialog(clerk: Client) -> None:
    page = post(clerk, SimpleUploadedFile("vide.csv", b""))
    assert page.status_code == 200
    assert "vide.csv est vide." in plain(page.content.decode())


def test_a_double_click_starts_one_job(clerk: Client, line: Line) -> None:
    for _click in range(2):
        assert post(clerk, sent(row())).status_code == 302
    assert Job.objects.count() == Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x.csv", "x.csv"),
        ("C:\\temp\\x.csv", "x.csv"),
        (HOSTILE, HOSTILE),
        ("a\nb\r.csv", "ab.csv"),
        ("é" * 300 + ".csv", "é" * 251 + ".csv"),
    ],
)
def test_any_name_is_kept_safely_and_shown_as_text(
    clerk: Client, line: Line, given: str, kept: str, settings: Any
) -> None:
    post(clerk, sent(row(), "=1+1", name=given))
    work_off()
    file = CdrFile.objects.get()
    assert file.name == kept
    stored = [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]
    assert [path.relative_to(settings.PRIVATE_ROOT).parts[0] for path in stored] == ["uploads"]
    for address in (FILES, page_of(file), reverse("admin:jobs_job_changelist")):
        assert "<img src=x" not in text_of(clerk, address)
    download = clerk.get(faults.address(file))
    assert "\n" not in download["Content-Disposition"]
    assert "<" not in download["Content-Disposition"]


# --- The list


def test_a_load_that_was_cancelled_says_what_to_do(clerk: Client, line: Line) -> None:
    job = request_load(files=[sent(row())], actor=None)
    file = CdrFile.objects.create(
        name="octobre.csv",
        sha256=Upload.objects.get().sha256,
        size=1,
        format=CdrFormat.objects.get(),
        state=FileState.LOADING,
    )
    advice = "Le chargement de octobre.csv s’est arrêté en chemin"
    assert advice not in text_of(clerk, FILES)  # the job goes on with it
    cancel_job(job=job, actor=None)
    page = text_of(clerk, FILES)
    assert advice in page
    assert page_of(file) in page


# --- The page of a file


def test_the_report_tells_what_became_of_each_line(clerk: Client, line: Line, load: Load) -> None:
    file = load(*calls(6), row(), row(ID_CDR="U", MSISDN="33639989999"), row(ID_CDR="A1"), "FAX")
    page = " ".join(text_of(clerk, page_of(file)).split())
    assert '<td>Doublons</td> <td class="amount">2</td>' in page
    assert f'{WAITING}?file__id__exact={file.pk}&amp;reason__exact=unknown_number"' in page
    assert "0,37 €" in page  # six calls
    assert "Marge : -0,16 € (-44,08 %)" in page
    assert "Les doublons sont seulement comptés" in page
    assert faults.address(file) in page
    assert SuspendedRecord.objects.count() == 2


def test_the_page_of_a_file_shows_the_job_that_loads_it_and_that_which_takes_it_back(clerk: Client, line: Line) -> None:
    request_load(files=[sent(row())], actor=None)
    work_off()
    file = CdrFile.objects.get()
    request_backing_out(file=file, actor=None)
    page = text_of(clerk, page_of(file))
    assert "Chargement de CDRs" in page
    assert "Annulation d’un chargement de CDRs" in page
    work_off()
    assert "il n’en reste aucun CDR" in text_of(clerk, page_of(file))


def test_a_page_costs_the_same_however_many_jobs_there_were(clerk: Client, line: Line, load: Load) -> None:
    file = load(row())
    clerk.get(page_of(file))
    few = queries_of(clerk, page_of(file))
    for number in range(10):
        request_load(files=[sent(row(ID_CDR=f"B{number}"), name=f"{number}.csv")], actor=None)
    assert len(queries_of(clerk, page_of(file))) == len(few)


# --- «Télécharger les anomalies»


def anomalies(client: Client, file: CdrFile) -> list[list[str]]:
    answer = client.get(faults.address(file))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_anomalies_are_the_lines_that_wait_with_their_reasons(
    clerk: Client, line: Line, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "LINES_AT_ONCE", 2)
    unknown = row(ID_CDR="U", MSISDN="33639989999")
    file = load(row(), unknown, "=cmd|' /C calc'!A0", row(TYPE="FAX", ID_CDR="F"), row(), row(ID_CDR="V", DUREE_S="x"))
    header, *lines = anomalies(clerk, file)
    assert header == ["Ligne du fichier", "Motif", "Détail", "Numéro", "Début", "Texte d’origine"]
    assert [(line[0], line[1]) for line in lines] == [
        ("3", "Numéro inconnu"),
        ("4", "Mal formé"),
        ("5", "Mal formé"),
        ("7", "Mal formé"),
    ]
    assert lines[0][3:] == ["33639989999", "24/10/2026 16:35", unknown]
    assert lines[1][5] == "'=cmd|' /C calc'!A0"
    assert "FAX" in lines[2][2]


def test_a_file_without_anomalies_has_none_to_download(clerk: Client, line: Line, load: Load) -> None:
    file = load(row())
    assert clerk.get(faults.address(file)).status_code == 404
    assert faults.address(file) not in text_of(clerk, page_of(file))


def test_anomalies_are_for_those_who_may_see_waiting_records(line: Line, load: Load) -> None:
    file = load("FAX")
    assert signed_in(Role.SUPPORT).get(faults.address(file)).status_code == 200
    for role in (Role.SALES, Role.ACCOUNTANT):
        assert signed_in(role).get(faults.address(file)).status_code == 403


# --- «CDRs en attente»


@pytest.fixture
def two_files(line: Line, load: Load) -> tuple[CdrFile, CdrFile]:
    first = load(row(ID_CDR="U1", MSISDN="33639989999"), "FAX")
    second = load(row(ID_CDR="U2", MSISDN="33639989999"), row(ID_CDR="U3", MSISDN="33639989998"))
    return first, second


def reasons(client: Client, query: str = "") -> list[tuple[str, int]]:
    return [(str(one["title"]), one["count"]) for one in client.get(WAITING + query).context["reasons"]]


def test_what_waits_is_counted_by_reason(clerk: Client, two_files: tuple[CdrFile, CdrFile]) -> None:
    assert reasons(clerk) == [("Numéro inconnu", 3), ("Mal formé", 1)]
    assert reasons(clerk, f"?file__id__exact={two_files[1].pk}") == [("Numéro inconnu", 2)]
    back_out_file(file=two_files[1], actor=None)
    assert reasons(clerk) == [("Numéro inconnu", 1), ("Mal formé", 1)]


def test_a_reason_leads_to_its_records_and_keeps_the_file(clerk: Client, two_files: tuple[CdrFile, CdrFile]) -> None:
    page = clerk.get(f"{WAITING}?file__id__exact={two_files[0].pk}")
    for reason in page.context["reasons"]:
        assert clerk.get(WAITING + reason["link"]).context["cl"].result_count == reason["count"] == 1


@pytest.mark.parametrize("query", ["?file__id__exact=x", "?file__id__exact=0", "?file__id__exact=²"])
def test_an_odd_file_in_the_address_breaks_nothing(clerk: Client, query: str) -> None:
    assert clerk.get(WAITING + query).status_code in (200, 302)


def test_the_list_keeps_its_filters_when_rating_again(
    clerk: Client, two_files: tuple[CdrFile, CdrFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: Callable[[str], str] = "http://testserver{}".format
    headers = {"HX-Request": "true", "HX-Current-URL": listed(f"{WAITING}?reason__exact=unrated")}
    answer = clerk.post(RATE, {"_form_submitted": "True"}, headers=headers)
    assert answer["HX-Redirect"] == f"{WAITING}?reason__exact=unrated"
    elsewhere = {**headers, "HX-Current-URL": "https://elsewhere.example/?x=1"}
    assert clerk.post(RATE, {"_form_submitted": "True"}, headers=elsewhere)["HX-Redirect"] == WAITING
