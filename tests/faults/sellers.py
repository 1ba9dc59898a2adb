"""``python -m tests.faults.sellers WHAT …``: somebody who sells, in a process of its own, and may die at a moment.

``validate ORDER…`` validates each order; ``sell CARD…`` makes a draft of each card, in an order of its own, and
validates it. What is refused is counted; the last line says how many went through. ``DIE_AT`` is as in
:mod:`tests.faults.dying`.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import django
from django.conf import settings

PATIENCE = 120  # seconds


def start(what: str, keys: Iterable[int], **environment: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.sellers", what, *map(str, keys)],
        cwd=settings.BASE_DIR,
        env={**inherited, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def sold(process: subprocess.Popen[str]) -> int:
    """How many went through; a program that ended otherwise is a fault."""
    out, _err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out
    return int(out.split()[-1])


def main(what: str, keys: list[int]) -> int:
    from django.utils.timezone import localdate

    from apps.accounts.models import User
    from apps.core.exceptions import DomainError
    from apps.orders.choices import OrderKind
    from apps.orders.models import Order
    from apps.orders.services import start_order, validate_order
    from tests.orders.selling import order_line

    random.shuffle(keys)
    today, done = localdate(), 0
    for key in keys:
        try:
            if what == "validate":
                order = Order.objects.get(pk=key)
            else:
                seller = User.objects.earliest("pk")
                order = start_order(
                    customer=_customer(), kind=OrderKind.MOBILE, seller=seller, actor=seller, today=today
                )
                order_line(order, today=today, **_terms(key))
            validate_order(order=order, actor=order.seller, today=today)
            done += 1
        except DomainError:
            pass
    return done


def _customer() -> Any:
    from apps.customers.models import Customer

    return random.choice(list(Customer.objects.all()))


def _terms(card: int) -> dict[str, Any]:
    from apps.catalog.models import Offer
    from apps.sims.models import SimCard
    from apps.tariffs.models import Tariff

    return {
        "sim": SimCard.objects.get(pk=card),
        "plan": Offer.objects.earliest("pk"),
        "tariff": Tariff.objects.earliest("pk"),
    }


if __name__ == "__main__":
    django.setup()
    if "DIE_AT" in os.environ:
        from tests.faults.dying import Death, await_death

        count, pattern = os.environ["DIE_AT"].split(maxsplit=1)
        await_death(Death(count=int(count), pattern=pattern))
    sys.stdout.write(f"{main(sys.argv[1], [int(key) for key in sys.argv[2:]])}\n")
