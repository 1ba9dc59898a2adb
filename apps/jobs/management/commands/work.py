"""``manage.py work``: the processes that do the long work, beside the web server and on as many machines as wanted."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.jobs.choices import Queue
from apps.jobs.supervisor import Supervisor
from apps.jobs.worker import WorkerProcess


def at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one process")
    return number


class Command(BaseCommand):
    help = "Work off the tasks until stopped. SIGTERM lets the current chunk end; the rest goes on at the next start."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queue", action="append", choices=Queue.values, dest="queues", help="only this queue; may be repeated"
        )
        parser.add_argument(
            "--processes", type=at_least_one, default=1, metavar="N", help="processes per queue (default: 1)"
        )
        parser.add_argument(
            "--until-idle", action="store_true", help="do what there is to do in this process, then end"
        )
        parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        queues = [Queue(name) for name in options["queues"] or Queue.values]
        if options["child"] or options["until_idle"]:
            worker = WorkerProcess(queues, until_idle=options["until_idle"], has_parent=options["child"])
            worker.stop_on_signals()
            worker.run()
        else:
            Supervisor(queues, processes=options["processes"]).run()
