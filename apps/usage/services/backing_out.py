"""Taking a whole file back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from apps.usage.services.counting import lock_files
from apps.usage.services.covering import cover, lock_pools
from apps.usage.services.files import refuse_if_invoiced


@transaction.atomic
def back_out_file(*, file: CdrFile, actor: User | None) -> CdrFile:
    """Remove all records of a file, rated and waiting; what other files hold of their lines is covered anew.

    DomainError if an invoice took any of its records, or if it was backed out before. Its identifiers and its
    hash are free again: the same file may be loaded anew. A record of another file that was counted as a
    duplicate of one of these is not brought back: that file has to be backed out and loaded again.

    The row of the file stays, with the counts of what it held and who took it back. All happens in one
    transaction, in the order lines, files, records, as everywhere in usage.
    """
    lines_and_months = RatedRecord.objects.lines_and_months_of(file)
    line_ids = lock_pools({line for line, _month in lines_and_months})
    months = {month for _line, month in lines_and_months}
    lock_files(line_ids=line_ids, months=months, others=[file.pk])
    file = CdrFile.objects.get(pk=file.pk)
    if file.state == FileState.BACKED_OUT:
        raise DomainError(_("%(file)s has already been backed out.") % {"file": file.name})
    if RatedRecord.objects.lines_and_months_of(file) != lines_and_months:
        raise DomainError(_("%(file)s is being loaded by another process.") % {"file": file.name})
    refuse_if_invoiced(file)
    RatedRecord.objects.of_file(file).delete()
    SuspendedRecord.objects.of_file(file).delete()
    file.rate_uses.all().delete()
    file.state, file.backed_out_by, file.backed_out_at = FileState.BACKED_OUT, actor, timezone.now()
    file.save(update_fields=["state", "backed_out_by", "backed_out_at"])
    cover(line_ids=line_ids, months=months)
    return file
