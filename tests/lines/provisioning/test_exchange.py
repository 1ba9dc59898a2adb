"""Files to the operator and answers from it, read as often as it takes."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from apps.core.exceptions import DomainError
from apps.lines.choices import FileOutcome, ProvisioningState
from apps.lines.models import Line, ProvisioningFile, ProvisioningRequest
from apps.lines.provisioning.asking import acknowledge_by_hand, ask_again
from apps.lines.provisioning.exchange import exchange, exchange_now
from apps.lines.services import add_option, reactivate_line, suspend_line
from tests.commands import run_command
from tests.factories import LineFactory, OptionFactory, PlanFactory
from tests.lines.provisioning.conftest import Operator

pytestmark = pytest.mark.django_db

TO_SEND, SENT = ProvisioningState.TO_SEND, ProvisioningState.SENT
ACKNOWLEDGED, REFUSED = ProvisioningState.ACKNOWLEDGED, ProvisioningState.REFUSED


def suspended(**fields: Any) -> ProvisioningRequest:
    line = LineFactory(**fields)
    suspend_line(line=line, on=localdate(), today=localdate(), actor=None)
    return ProvisioningRequest.objects.of_line(line.pk).get()


def state(request: ProvisioningRequest) -> tuple[str, str]:
    now = ProvisioningRequest.objects.get(pk=request.pk)
    return now.state, now.answer


def test_requests_go_out_in_the_order_of_their_operations(operator: Operator) -> None:
    line: Line = LineFactory(plan=PlanFactory(code="PRO", throughput="42M"))
    day = localdate()
    suspend_line(line=line, on=day, today=day, actor=None)
    other = suspended()
    reactivate_line(line=line, on=day, today=day, actor=None)
    done = operator.turn()
    assert [file.lines for file in done.written] == [3]
    rows = operator.asked()
    assert [(row["MSISDN"], row["OPERATION"], row["ETAT"]) for row in rows] == [
        (line.msisdn, "RESTRICTION", "SUSPENDU"),
        (other.operation.line.msisdn, "RESTRICTION", "SUSPENDU"),
        (line.msisdn, "REACTIVATION", "ACTIF"),
    ]
    assert rows[0]["RESTRICTION"] == "ENTRANTE_SORTANTE"
    assert (rows[2]["OFFRE"], rows[2]["DATE_EFFET"]) == ("PRO:42M", f"{day:%Y-%m-%d}")
    assert rows[0]["REFERENCE"] == f"ISM-{line.operations.earliest('pk').pk}"
    assert state(other) == (SENT, "")
    assert not operator.turn().did_something, "nothing goes out twice"


def test_a_file_is_plain_utf8_and_calculates_nothing(operator: Operator) -> None:
    line = LineFactory(plan=PlanFactory(wholesale_code="=1+1"))
    suspend_line(line=line, on=localdate(), today=localdate(), actor=None)
    operator.turn()
    (name,) = operator.names
    data = (operator.root / "out" / name).read_bytes()
    assert data.startswith(b"REFERENCE;DATE_EFFET;"), "no byte order mark: a machine reads it"
    assert operator.asked()[0]["OFFRE"].startswith("'=1+1")


def test_answers_settle_requests_once(operator: Operator) -> None:
    good, bad = suspended(), suspended()
    operator.turn()
    rows = (f"{good.reference};OK;", f"{bad.reference};KO;Carte inconnue")
    operator.answer(*rows)
    (reading,) = operator.turn().read
    assert (reading.acknowledged, reading.refused, reading.problems) == (1, 1, [])
    assert state(good) == (ACKNOWLEDGED, "")
    assert state(bad) == (REFUSED, "Carte inconnue")
    answered_at = ProvisioningRequest.objects.get(pk=good.pk).answered_at
    assert operator.there("done") == ["REPONSES_1.csv"]
    operator.answer(*rows)
    (again,) = operator.turn().read
    assert (again.acknowledged, again.refused, again.known, again.problems) == (0, 0, 2, [])
    assert ProvisioningRequest.objects.get(pk=good.pk).answered_at == answered_at
    assert operator.there("done") == ["REPONSES_1-2.csv", "REPONSES_1.csv"]
    assert operator.there("in") == []


def test_what_cannot_be_taken_of_a_file_is_reported_and_the_rest_is(operator: Operator) -> None:
    good, again = suspended(), suspended()
    operator.turn()
    unsent = suspended()
    operator.answer(
        f"{good.reference};OK;",
        "ISM-999999;OK;",
        f"{unsent.reference};OK;",
        f"{again.reference};KO;Non",
        f"{again.reference};OK;",
    )
    # Of a way to ask that is none of ours any more: it waits, and is in no file.
    ProvisioningRequest.objects.filter(pk=unsent.pk).update(backend="elsewhere")
    (reading,) = operator.turn().read
    assert reading.outcome == FileOutcome.IN_PART
    assert [problem.partition(",")[0] for problem in reading.problems] == ["Ligne 3", "Ligne 4", "Ligne 6"]
    assert (state(good)[0], state(unsent)[0], state(again)[0]) == (ACKNOWLEDGED, TO_SEND, REFUSED)
    assert operator.there("done") == ["REPONSES_1.csv", "REPONSES_1.csv.rapport.txt"]
    assert "ISM-999999" in (operator.root / "done" / "REPONSES_1.csv.rapport.txt").read_text()
    assert "ISM-999999" in ProvisioningFile.objects.get(direction="in").report


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"REFERENCE;RESULTAT;MESSAGE\nISM-1;OUI;\n", "OK, KO"),
        (b"REFERENCE;RESULTAT;MESSAGE\nISM-1;OK\n", "Nombre de champs"),
        (b"REFERENCE;RESULTAT;MESSAGE\n;OK;\n", "valeur"),
        ("REFERENCE;RESULTAT;MESSAGE\nISM-1;KO;Déjà résiliée\n".encode("cp1252"), "UTF-8"),
        ("REFERENCE;RESULTAT;MESSAGE\nISM-1;OK;\n".encode("utf-16"), "UTF-16"),
        (b"\x00\x01\x02\xff garbage\n", ""),
        (b"", "vide"),
        (b"MSISDN;ICCID\n33639980001;89\n", ""),
    ],
)
def test_a_file_that_is_none_is_refused_whole(operator: Operator, data: bytes, said: str) -> None:
    request = suspended()
    ProvisioningRequest.objects.filter(pk=request.pk).update(reference="ISM-1")
    operator.turn()
    operator.leave(data)
    (reading,) = operator.turn().read
    assert reading.outcome == FileOutcome.REFUSED
    assert any(said in problem for problem in reading.problems)
    assert state(request) == (SENT, "")
    assert operator.there("in/refused") == ["REPONSES_1.csv", "REPONSES_1.csv.rapport.txt"]
    assert operator.there("in") == operator.there("done") == []


def test_a_cut_file_is_waited_for_then_refused(operator: Operator) -> None:
    one, two = suspended(), suspended()
    operator.turn()
    whole = f"REFERENCE;RESULTAT;MESSAGE\n{one.reference};OK;\n{two.reference};KO;Non\n".encode()
    for cut in range(1, len(whole)):
        if whole[:cut].endswith(b"\n"):
            continue
        operator.leave(whole[:cut], age=60)
        done = operator.turn()
        assert (done.read, done.waiting) == ([], ["REPONSES_1.csv"]), f"cut at {cut}"
    assert (state(one)[0], state(two)[0]) == (SENT, SENT)
    operator.leave(whole[:-3], age=3600)
    (reading,) = operator.turn().read
    assert reading.outcome == FileOutcome.REFUSED
    assert (state(one)[0], state(two)[0]) == (SENT, SENT)
    operator.leave(whole)
    operator.turn()
    assert (state(one)[0], state(two)[0]) == (ACKNOWLEDGED, REFUSED)


def test_a_file_that_is_still_being_written_is_left(operator: Operator) -> None:
    request = suspended()
    operator.turn()
    operator.answer(f"{request.reference};OK;", age=0)
    operator.leave(b"REFERENCE", name="REPONSES_2.csv.part")
    operator.leave(b"REFERENCE", name=".REPONSES_3.csv")
    done = operator.turn()
    assert (done.read, done.waiting) == ([], ["REPONSES_1.csv"])
    operator.turn(timezone.now() + timedelta(seconds=10))
    assert state(request)[0] == ACKNOWLEDGED


def test_an_answer_to_a_request_that_was_made_again_changes_nothing(operator: Operator) -> None:
    request = suspended()
    operator.turn()
    operator.answer(f"{request.reference};KO;Non")
    operator.turn()
    again = ask_again(request=request, today=localdate(), now=timezone.now())
    operator.turn()
    assert [row["REFERENCE"] for row in operator.asked()] == [request.reference, again.reference]
    operator.answer(f"{request.reference};OK;", name="TARD.csv")
    (late,) = operator.turn().read
    assert "autre référence" in late.problems[0]
    assert state(request) == (SENT, "")
    operator.answer(f"{again.reference.lower()};OK;", name="ENSUITE.csv")
    operator.turn()
    assert state(request) == (ACKNOWLEDGED, "")


def test_what_takes_effect_later_goes_out_on_its_day_with_the_state_of_then(operator: Operator) -> None:
    line, day = LineFactory(), localdate()
    later = day + timedelta(days=7)
    add_option(line=line, option=OptionFactory(code="ROAM"), price=Decimal(1), on=later, actor=None)
    assert not operator.turn().did_something
    suspend_line(line=line, on=day, today=day, actor=None)
    operator.turn()
    assert [(row["OPERATION"], row["OPTIONS"]) for row in operator.asked()] == [("RESTRICTION", "")]
    operator.turn(timezone.now() + timedelta(days=7))
    last = operator.asked()[-1]
    assert (last["OPERATION"], last["ETAT"], last["OPTIONS"]) == ("OFFRES", "SUSPENDU", "ROAM")


def test_without_files_it_is_acknowledged_on_its_day(settings: Any) -> None:
    settings.PROVISIONING = "immediate"
    line, later = LineFactory(), localdate() + timedelta(days=7)
    add_option(line=line, option=OptionFactory(), price=Decimal(1), on=later, actor=None)
    request = ProvisioningRequest.objects.get()
    assert state(request) == (TO_SEND, "")
    assert not exchange_now()
    assert exchange(now=timezone.now() + timedelta(days=7)).acknowledged == 1
    assert state(request) == (ACKNOWLEDGED, "")


def test_what_was_answered_by_telephone_before_it_was_sent_is_not_sent(operator: Operator) -> None:
    request = suspended()
    acknowledge_by_hand(request=request, remark="Fait", actor=None, now=timezone.now())
    assert not operator.turn().did_something


def test_a_share_that_is_away_loses_nothing(operator: Operator) -> None:
    suspended()
    operator.turn()
    request = suspended()
    shutil.rmtree(operator.root / "out")
    with pytest.raises(DomainError, match="partage"):
        operator.turn()
    assert not exchange_now()
    assert state(request) == (TO_SEND, "")
    (operator.root / "out").mkdir()
    operator.turn()
    assert [row["REFERENCE"] for row in operator.asked()] == [request.reference]


def test_a_folder_that_cannot_be_written_loses_nothing(operator: Operator) -> None:
    request = suspended()
    for folder in ("in", "done"):
        (operator.root / folder).mkdir()
    (operator.root / "out").write_text("not a folder")
    with pytest.raises((DomainError, FileExistsError)):
        operator.turn()
    assert state(request) == (TO_SEND, "")


def test_what_was_asked_by_file_is_answered_by_file_after_the_setting_went_back(
    operator: Operator, settings: Any
) -> None:
    sent = suspended()
    operator.turn()
    waiting = suspended()
    settings.PROVISIONING = "immediate"
    assert state(suspended())[0] == ACKNOWLEDGED
    operator.answer(f"{sent.reference};OK;")
    operator.turn()
    assert (state(sent)[0], state(waiting)[0]) == (ACKNOWLEDGED, SENT)


def test_silence_is_late_after_the_hours_that_are_set(operator: Operator) -> None:
    request = suspended()
    moment = timezone.now() + timedelta(hours=1)
    late = ProvisioningRequest.objects.late
    assert list(late(moment)) == [request]
    operator.turn()
    assert list(late(moment)) == [request]
    assert not late(timezone.now() - timedelta(hours=1)).exists()


def test_the_command_says_what_it_did(operator: Operator) -> None:
    request = suspended()
    code, out, _err = run_command("exchange_provisioning", "--json")
    said = json.loads(out)
    assert (code, said["backend"], said["open"], said["late"]) == (0, "file_drop", 1, 0)
    assert [file["requests"] for file in said["written"]] == [1]
    operator.answer(f"{request.reference};KO;Non", "ISM-999999;OK;")
    code, out, err = run_command("exchange_provisioning")
    assert code == 1, "a line was refused"
    assert "ISM-999999" in err
    assert "1 refusées" in out


def test_the_command_tells_when_no_folder_is_set(settings: Any) -> None:
    settings.PROVISIONING, settings.PROVISIONING_DIR = "file_drop", ""
    code, _out, err = run_command("exchange_provisioning")
    assert (code, "PROVISIONING_DIR" in err) == (1, True)


def test_a_name_says_the_day_and_is_never_used_twice(operator: Operator) -> None:
    for _ in range(3):
        suspended()
        operator.turn()
    assert len(operator.names) == 3
    assert all(name.startswith(f"DEMANDES_{localdate():%Y%m%d}_") for name in operator.names)
