"""Where mails go, said by EMAIL_URL, and what ``check --deploy`` says of it."""

from __future__ import annotations

import email
import email.policy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from apps.jobs.choices import Queue as JobQueue
from apps.jobs.kinds import chores
from apps.messaging.checks import dialogues_come_to_an_end, mails_reach_customers
from apps.messaging.choices import DeliveryState
from apps.messaging.models import Delivery
from apps.messaging.services import send_next, settle_lost
from apps.messaging.transport import FILES, SMTP
from tests.messaging.conftest import PDF, Queue

NAMES = ("BACKEND", "HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL", "FILE_PATH")


def settings_of(module: str, url: str | None) -> dict[str, Any]:
    """What a process that starts with this EMAIL_URL finds."""
    environment = {name: value for name, value in os.environ.items() if name != "EMAIL_URL"}
    environment |= {"SECRET_KEY": "x", "ALLOWED_HOSTS": "ism.example", "PRIVATE_ROOT": "/srv/private"}
    if url is not None:
        environment["EMAIL_URL"] = url
    program = f"import json; from config.settings import {module} as s; " + (
        f"print(json.dumps({{n: getattr(s, 'EMAIL_' + n) for n in {NAMES!r}}}))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@pytest.mark.parametrize(
    ("module", "url", "found"),
    [
        ("dev", None, {"BACKEND": FILES, "FILE_PATH": "/srv/private/mails"}),
        ("dev", "filemail:////tmp/mails", {"BACKEND": FILES, "FILE_PATH": "/tmp/mails"}),  # noqa: S108
        ("prod", None, {"BACKEND": SMTP, "HOST": "localhost", "PORT": 25, "USE_TLS": False, "HOST_USER": ""}),
        (
            "prod",
            "smtp+tls://ism:p%40ss@smtp.example",
            {"BACKEND": SMTP, "HOST": "smtp.example", "PORT": 587, "USE_TLS": True, "HOST_PASSWORD": "p@ss"},
        ),
        ("prod", "smtp+ssl://ism:pass@smtp.example", {"PORT": 465, "USE_SSL": True, "USE_TLS": False}),
        ("prod", "smtp://relais.example:2525", {"BACKEND": SMTP, "HOST": "relais.example", "PORT": 2525}),
    ],
)
def test_an_address_says_where_mails_go(module: str, url: str | None, found: dict[str, Any]) -> None:
    told = settings_of(module, url)
    assert {name: told[name] for name in found} == found


@pytest.mark.django_db
def test_mails_of_a_trial_land_in_a_folder_one_file_each(queue: Queue, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, tmp_path / "mails"
    mails = [queue(), queue("ATELIER DURAND")]
    assert send_next()
    assert send_next()
    files = sorted((tmp_path / "mails").iterdir())
    assert {file.suffix for file in files} == {".eml"}
    messages = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    assert {str(one["Message-ID"]) for one in messages} == {one.email.message_id for one in mails}
    assert [part.get_content() for part in messages[0].iter_attachments()] == [PDF.data]  # type: ignore[attr-defined]
    assert {one.state for one in Delivery.objects.all()} == {DeliveryState.SENT}


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_is_tried_again(queue: Queue, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, tmp_path / "file" / "mails"
    delivery = queue()
    send_next()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.QUEUED
    assert delivery.reason


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"EMAIL_BACKEND": SMTP}, []),
        ({"EMAIL_BACKEND": FILES}, ["messaging.W001"]),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, ["messaging.W001"]),
        ({"EMAIL_BACKEND": SMTP, "EMAIL_HOST_USER": "ism"}, ["messaging.W002"]),
        ({"EMAIL_BACKEND": SMTP, "EMAIL_HOST_USER": "ism", "EMAIL_USE_TLS": True}, []),
        ({"EMAIL_BACKEND": SMTP, "EMAIL_DEADLINE": 10}, ["messaging.E001"]),
        ({"EMAIL_BACKEND": SMTP, "EMAIL_TIMEOUT": None}, ["messaging.E001"]),
    ],
)
def test_the_checks_tell_what_is_wrong(given: dict[str, Any], told: list[str], settings: Any) -> None:
    for name, value in given.items():
        setattr(settings, name, value)
    found = [*mails_reach_customers(None), *dialogues_come_to_an_end(None)]
    assert [message.id for message in found] == told


def test_workers_of_the_mail_queue_see_to_the_outbox() -> None:
    assert {chore.run for chore in chores(frozenset({JobQueue.MAIL}))} >= {send_next, settle_lost}
    assert not {chore.run for chore in chores(frozenset({JobQueue.PDF}))} & {send_next, settle_lost}
