"""Files that are sent to be taken over, in the process of the test."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.core.identifiers import luhn_digit
from apps.jobs.choices import Queue
from apps.jobs.imports.kinds import FileKind
from apps.jobs.imports.models import FileImport
from apps.jobs.worker import claim_job, run_job

CONFIRMED = {"_form_submitted": "True"}


def work_off() -> None:
    while work := claim_job(set(Queue)):
        run_job(work)


def address(row: FileImport, view: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{view}", args=[row.pk])


def send(client: Client, kind: FileKind, *lines: str, name: str = "livraison.csv", **answers: Any) -> FileImport:
    """Sends a file of these lines by the dialog of the list, and has it checked."""
    return send_bytes(client, kind, "".join(f"{line}\n" for line in lines).encode(), name=name, **answers)


def send_bytes(client: Client, kind: FileKind, data: bytes, *, name: str, **answers: Any) -> FileImport:
    proxy = kind.proxy
    url = reverse(f"admin:{proxy._meta.app_label}_{proxy._meta.model_name}_send")
    response = client.post(url, {**CONFIRMED, **answers, "file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302, response.content.decode()
    work_off()
    return proxy.objects.latest("pk")


def confirm(client: Client, row: FileImport, *, fingerprint: str | None = None) -> Any:
    """What the dialog answers to a click on «Confirmer», for what was shown under ``fingerprint``."""
    seen = row.fingerprint if fingerprint is None else fingerprint
    return client.post(address(row, "confirm"), {**CONFIRMED, "_shown": seen})


def page(client: Client, row: FileImport) -> str:
    response = client.get(address(row))
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def iccid(number: int) -> str:
    """A card's number, made whole by its check digit."""
    body = f"893310{number:012d}"
    return body + luhn_digit(body)


def card_lines(count: int) -> list[str]:
    """A file of so many cards, of one batch."""
    return ["ICCID;LOT", *(f"{iccid(number)};L1" for number in range(1, count + 1))]


def report_of(client: Client, row: FileImport) -> str:
    answer = client.get(reverse("file", args=["import-report", row.pk]))
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
