"""``manage.py back_out_cdrs FILE_ID``: take back a whole file of call records."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from apps.core.commands import Report, ReportCommand
from apps.core.exceptions import DomainError
from apps.usage.models import CdrFile
from apps.usage.services import back_out_file


class Command(ReportCommand):
    help = "Remove all records of a file that no invoice has taken yet."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file_id", type=int, metavar="FILE_ID", help="key of the file, as its page shows it")

    def report(self, **options: Any) -> Report:
        file = CdrFile.objects.filter(pk=options["file_id"]).first()
        if file is None:
            raise DomainError(_("There is no CDR file %(id)d.") % {"id": options["file_id"]})
        file = back_out_file(file=file, actor=None)
        return Report(
            lines=[_("%(file)s has been backed out: %(lines)d lines.") % {"file": file.name, "lines": file.lines}],
            data={"file_id": file.pk, "file": file.name, "lines": file.lines},
        )
