"""One exchange with the operator: what is due is handed over, what was answered is read.

The worker's chore and the command ``exchange_provisioning`` do the same. Both may run at once, and be killed anywhere.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.lines.choices import ProvisioningBackend
from apps.lines.models import ProvisioningFile, ProvisioningRequest
from apps.lines.provisioning.answers import Reading, read_file
from apps.lines.provisioning.folders import Folders
from apps.lines.provisioning.sending import acknowledge_due, claim_file, claimed_files, write_next

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Exchanged:
    """What one exchange did. ``waiting`` are answer files that may still be growing."""

    acknowledged: int = 0
    written: list[ProvisioningFile] = field(default_factory=list)
    read: list[Reading] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    #: Sentences about files that the system does not let us read or move.
    unreadable: list[str] = field(default_factory=list)

    @property
    def did_something(self) -> bool:
        return bool(self.acknowledged or self.written or self.read)


def exchange(*, now: datetime) -> Exchanged:
    """Hand over what is due by ``now`` and read the answers. DomainError where files cannot be exchanged."""
    done = Exchanged()
    while acknowledged := acknowledge_due(now=now):
        done.acknowledged += acknowledged
    if not _needs_files():
        return done
    folders = Folders(in_use=ProvisioningFile.objects.exists())
    try:
        while claimed_files() or claim_file(now=now):
            if written := write_next(folders, now=now):
                done.written.append(written)
        for path in folders.arrived():
            reading = read_file(path, folders, now=now)
            if reading is not None:
                done.read.append(reading)
            elif path.exists():
                done.waiting.append(path.name)
    except OSError as error:
        reason = f"{error.filename or settings.PROVISIONING_DIR}: {error.strerror}"
        raise DomainError(_("Files cannot be exchanged with the operator: %(reason)s.") % {"reason": reason}) from error
    return done


def _needs_files() -> bool:
    """Also after the setting has gone back: what was asked by file is answered by file."""
    if settings.PROVISIONING == ProvisioningBackend.FILE_DROP:
        return True
    return bool(settings.PROVISIONING_DIR) and (
        ProvisioningRequest.objects.open().filter(backend=ProvisioningBackend.FILE_DROP).exists()
    )


def exchange_now() -> bool:
    """The chore: tells whether there was anything to do. What keeps it from files is logged, and tried again."""
    try:
        return exchange(now=timezone.now()).did_something
    except DomainError as refusal:
        logger.error("%s", refusal)
        return False


def late_since(now: datetime) -> datetime:
    """Requests open since before this moment have waited too long."""
    return now - timedelta(hours=settings.PROVISIONING_LATE_HOURS)
