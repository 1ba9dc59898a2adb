"""Cards, lines, orders and portings through thousands of steps drawn by lot, beside a plain model of them.

After each step the services have refused what the model refuses and nothing else, and every row is what the model says:
no state out of reach, no card in two lines, no number in service twice, no hole in what is known for each date. A few
hundred steps, the same each time; ``MACHINE_STEPS=5000`` draws others, about so many (some minutes: give pytest
``-o faulthandler_timeout=0``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from apps.lines.choices import SERVING, LineStatus
from apps.lines.models import Line, LineNumber, LineSim, PlannedOperation
from apps.lines.services import status_disagreements, who_held_number
from apps.orders.models import MobileItem, Order, PortIn
from apps.sims.models import SimCard
from tests.lines.machine.fleet import Phone
from tests.lines.machine.operating import Operating
from tests.lines.machine.ordering import NUMBERS

STEPS = int(os.environ.get("MACHINE_STEPS", "0"))
STEPS_IN_A_WALK = 50
#: How many of the steps that hypothesis may take in a walk it takes, about.
TAKEN = 0.8


def states(model: Any, name: str, rows: Iterable[Any]) -> tuple[dict[int, str], dict[int, str]]:
    """Of all rows of a model, as they are and as they are to be."""
    return dict(model.objects.values_list("pk", name)), {row.pk: getattr(row, name) for row in rows}


class Machine(Operating):
    """The walk, and what holds after each of its steps."""

    @invariant()
    def every_status_is_that_of_the_model(self) -> None:
        fleet = self.fleet
        planned = [one for line in fleet.lines for one in line.planned]
        for model, name, rows in (
            (SimCard, "status", fleet.cards),
            (Order, "state", fleet.orders),
            (MobileItem, "state", fleet.items),
            (Line, "status", fleet.lines),
            (PortIn, "state", fleet.ports),
            (PlannedOperation, "state", planned),
        ):
            are, expected = states(model, name, rows)
            assert are == expected, model

    @invariant()
    def every_date_of_a_line_is_known(self) -> None:
        for line in self.fleet.lines:
            row = Line.objects.get(pk=line.pk)
            facts = (row.msisdn, row.user_name, row.activated_on, row.billing_start, row.terminated_on)
            told = (line.number, line.user, line.activated_on, line.billed_from, line.terminated_on)
            assert facts == told
            assert self.spans(row) == {name: fact.spans for name, fact in line.facts.items()}
            for name in ("number", "card", "state", "tariff"):
                self.is_without_hole(line, line.facts[name].spans, line.activated_on)
            self.is_without_hole(line, line.facts["plan"].spans, line.billed_from)

    def spans(self, row: Line) -> dict[str, list[list[Any]]]:
        """What the database knows of a line over time, as the model says it."""
        cards = {card.pk: card for card in self.fleet.cards}
        plans, tariffs = ([one.pk for one in some] for some in (self.plans, self.tariffs))
        told: dict[str, tuple[Any, Any]] = {
            "number": (row.numbers, lambda it: it.msisdn),
            "card": (row.sims, lambda it: cards[it.sim_id]),
            "state": (row.states, lambda it: (it.status, it.barring, it.billed)),
            "tariff": (row.tariffs, lambda it: tariffs.index(it.tariff_id)),
            "plan": (row.subscriptions.filter(kind="plan"), lambda it: plans.index(it.offer_id)),
            "option": (row.subscriptions.filter(kind="option"), lambda it: True),
            "international": (row.internationals, lambda it: it.behaviour),
        }
        return {
            name: [[it.start, it.end, value(it)] for it in periods.order_by("start")]
            for name, (periods, value) in told.items()
        }

    def is_without_hole(self, line: Phone, spans: list[list[Any]], start: Any) -> None:
        if line.status in SERVING:
            assert spans[0][0] == start
            assert spans[-1][1] is None
        elif line.status != LineStatus.TERMINATED:
            assert spans == []
        elif spans:  # an end before the first bill leaves no plan
            assert (spans[0][0], spans[-1][1]) == (start, line.terminated_on)
        assert all(one[1] == following[0] for one, following in pairwise(spans))

    @invariant()
    def nothing_is_in_two_lines(self) -> None:
        for periods, name in ((LineSim.objects, "sim"), (LineNumber.objects, "msisdn")):
            for one, following in pairwise(periods.order_by(name, "start")):
                if getattr(one, name) == getattr(following, name):
                    assert one.end is not None
                    assert one.end <= following.start

    @invariant()
    def statuses_agree_with_periods(self) -> None:
        assert status_disagreements() == []

    @precondition(lambda self: self.fleet.lines)
    @rule(number=st.sampled_from(NUMBERS), before=st.integers(0, 20))
    def ask_who_held(self, number: str, before: int) -> None:
        next(self.steps)
        day = self.fleet.today - timedelta(days=before)
        holders = [line for line in self.fleet.lines if line.facts["number"].value(day) == number]
        held = who_held_number(msisdn=number, day=day)
        assert ([] if held is None else [held.line.pk]) == [line.pk for line in holders]
        if held is not None:
            card, state = (holders[0].facts[name].value(day) for name in ("card", "state"))
            assert (held.iccid, held.status) == (SimCard.objects.get(pk=card.pk).iccid, state[0])


@pytest.mark.django_db
def test_services_agree_with_a_plain_model_of_the_fleet() -> None:
    walks = max(1, round(STEPS / STEPS_IN_A_WALK / TAKEN)) if STEPS else 8
    Machine.steps = iter(range(1, sys.maxsize))
    run_state_machine_as_test(
        Machine,
        settings=hypothesis.settings(
            max_examples=walks,
            stateful_step_count=STEPS_IN_A_WALK,
            derandomize=not STEPS,
            database=None,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    taken = next(Machine.steps) - 1
    sys.stdout.write(f"{taken} steps\n")
    assert taken > 0
