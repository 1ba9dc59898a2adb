"""Who wants to know how a load goes."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.progress import Progress
from apps.usage.models import CdrFile


class LoadWatch:
    """Told how a load goes; by itself, nobody.

    Any of its methods may raise :class:`apps.core.progress.Interrupted`: the load stops there, and goes on from its
    last chunk when the same file is loaded again.
    """

    def reads(self, name: str, lines: int) -> None:
        """The file is being read through and ``lines`` of it are known. Called every few megabytes."""

    def begins(self, file: CdrFile) -> None:
        """The lines of ``file`` come now."""

    def progress(self, *, done: int, total: int | None = None) -> None:
        """So many lines of all files are in. Called in the transaction of each chunk, and again while covering."""

    def covers(self, file: CdrFile) -> None:
        """All its lines are in, and the allowances that pay for some of them are counted off."""

    def has_loaded(self, file: CdrFile) -> None:
        """It is loaded. Called in the transaction that says so."""


NOBODY = LoadWatch()


@dataclass(frozen=True, slots=True)
class Part:
    """One file of several: ``done`` lines of ``total`` were in before it."""

    watch: LoadWatch
    done: int
    total: int

    def begins(self, file: CdrFile) -> None:
        self.watch.begins(file)

    def progress(self, file: CdrFile) -> None:
        self.watch.progress(done=self.done + file.lines, total=self.total)

    def covers(self, file: CdrFile) -> None:
        self.watch.covers(file)

    def covering(self, file: CdrFile) -> Progress:
        """For the covering of the file, which counts lines of the fleet: those of files stand still meanwhile."""

        def progress(*, done: int, total: int | None = None) -> None:
            self.progress(file)

        return progress

    def has_loaded(self, file: CdrFile) -> None:
        self.watch.has_loaded(file)
