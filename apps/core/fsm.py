"""A status that only its transitions can write."""

from __future__ import annotations

from typing import Any

from django.db import models
from django_fsm import FSMFieldMixin


class ProtectedFSMMixin(models.Model):
    """Stands before ``ConcurrentTransitionMixin`` on a model whose FSM field is protected.

    The library's own mixins skip a protected field when a row is refreshed, which leaves a stale status behind,
    and ``full_clean`` assigns every field, which a protected one refuses. Here a refresh reads the status anew
    and cleaning checks it without assigning.
    """

    class Meta:
        abstract = True

    _taken_out: set[str] = set()  # replaced whole, never changed in place

    @property
    def state_fields(self) -> list[FSMFieldMixin]:
        """The status fields that this instance has loaded: the library reads deferred ones and fails."""
        fields = [field for field in self._meta.fields if isinstance(field, FSMFieldMixin)]
        return [field for field in fields if field.attname in self.__dict__]

    def _protected(self) -> list[FSMFieldMixin]:
        return [field for field in self._meta.fields if isinstance(field, FSMFieldMixin) and field.protected]

    def refresh_from_db(self, using: str | None = None, fields: Any = None, from_queryset: Any = None) -> None:
        names = [field.name for field in self._protected() if fields is None or field.name in fields]
        kept = {name: self.__dict__.pop(name) for name in names if name in self.__dict__}
        self._taken_out = set(kept)
        try:
            models.Model.refresh_from_db(self, using=using, fields=fields, from_queryset=from_queryset)
        finally:
            self._taken_out = set()
            for name, value in kept.items():
                self.__dict__.setdefault(name, value)
        self._update_initial_state()  # type: ignore[attr-defined]  # of ConcurrentTransitionMixin

    def get_deferred_fields(self) -> set[str]:
        # A status taken out to be read anew is not one that was never loaded.
        return super().get_deferred_fields() - self._taken_out

    def clean_fields(self, exclude: Any = None) -> None:
        protected = {field.name for field in self._protected()}
        for field in self._protected():
            field.validate(getattr(self, field.name), self)
        super().clean_fields(exclude=protected | set(exclude or ()))
