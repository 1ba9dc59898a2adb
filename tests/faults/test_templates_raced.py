"""Two people at the same template at the same moment: nothing is lost, nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.messaging import events
from apps.messaging.models import EmailTemplate, TemplateAttachment
from apps.messaging.services import templates
from tests.messaging.conftest import EVENT
from tests.messaging.texts import a_template, write

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 5


@pytest.fixture(autouse=True)
def event() -> Iterator[None]:
    events.register(EVENT)
    yield
    del events._events[EVENT.code]


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What became of each: "" or the sentence of its refusal."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        try:
            barrier.wait()
            act()
        except DomainError as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as people:
        return [one.result() for one in [people.submit(run, act) for act in acts]]


def test_two_who_write_the_next_version_write_one_and_the_other_is_told() -> None:
    template = a_template()
    for number in range(1, TIMES + 1):
        said = at_once(
            lambda number=number: write(template, number, text=f"a {number}"),
            lambda number=number: write(template, number, text=f"b {number}"),
        )
        assert sorted(map(bool, said)) == [False, True]
    assert sorted(template.versions.values_list("number", flat=True)) == list(range(1, TIMES + 2))


def test_two_who_put_theirs_in_use_leave_one_in_use() -> None:
    rows = [a_template(name, in_use=False) for name in ("Un", "Deux", "Trois")]
    for _ in range(TIMES):
        said = at_once(
            *(lambda row=row: templates.put_in_use(template=row, actor=None, at=timezone.now()) for row in rows)
        )
        assert said == ["", "", ""]
        assert EmailTemplate.objects.filter(in_use=True).count() == 1


def test_two_who_create_the_same_template_create_one() -> None:
    said = at_once(lambda: a_template("Le nôtre", in_use=False), lambda: a_template("Le nôtre", in_use=False))
    assert sorted(map(bool, said)) == [False, True]
    assert EmailTemplate.objects.count() == 1


def test_two_who_attach_files_do_not_pass_the_weight_together() -> None:
    template = a_template()
    data = b"%PDF-" + b"x" * (5 * 1024 * 1024 - 5)
    said = at_once(
        *(
            lambda name=name: templates.attach_file(
                template=template, name=name, data=data, actor=None, at=timezone.now()
            )
            for name in ("a.pdf", "b.pdf")
        )
    )
    assert sorted(map(bool, said)) == [False, True]
    assert TemplateAttachment.objects.count() == 1
