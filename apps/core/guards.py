"""Rules the database keeps by itself: periods that never overlap, issued documents that never change.

Models declare them (``Period.no_overlap``, ``Frozen.frozen_when``); they are installed after every migration,
idempotently, because SQLite drops the triggers of a table that a migration remakes. See ADR 0002.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.core.models import Frozen, Period

FAR = "9999-12-31"


@dataclass(frozen=True)
class Guard:
    """One named rule on one table, with the statements that make and remove it."""

    name: str
    table: str
    create: tuple[str, ...]
    drop: tuple[str, ...]
    kind: str  # "trigger" or "constraint": where the database lists it


def _columns(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, ...]:
    columns = {field.name: field.column for field in model._meta.concrete_fields if field.column}
    return tuple(columns[name] for name in names)


def _overlap_sqlite(model: type[Period], key: tuple[str, ...], name: str) -> Iterator[Guard]:
    table, condition = model._meta.db_table, model.no_overlap_condition
    same = " AND ".join(f'other."{column}" = NEW."{column}"' for column in _columns(model, key))
    mine = f"AND {condition.format(row='NEW')}" if condition else ""
    theirs = f"AND {condition.format(row='other')}" if condition else ""
    for event in ("INSERT", "UPDATE"):
        trigger = f"{name}_{event.lower()}"
        yield Guard(
            trigger,
            table,
            (
                f'CREATE TRIGGER "{trigger}" BEFORE {event} ON "{table}" FOR EACH ROW WHEN EXISTS ('  # noqa: S608  # names of our own models
                f'SELECT 1 FROM "{table}" AS other WHERE {same} AND other.id IS NOT '
                f"{'NULL' if event == 'INSERT' else 'OLD.id'} "
                f'AND other."start" < COALESCE(NEW."end", \'{FAR}\') '
                f'AND COALESCE(other."end", \'{FAR}\') > NEW."start" {mine} {theirs}) '
                f"BEGIN SELECT RAISE(ABORT, '{name}'); END",
            ),
            (f'DROP TRIGGER IF EXISTS "{trigger}"',),
            "trigger",
        )


def _overlap_postgresql(model: type[Period], key: tuple[str, ...], name: str) -> Iterator[Guard]:
    table, condition = model._meta.db_table, model.no_overlap_condition
    equal = ", ".join(f'"{column}" WITH =' for column in _columns(model, key))
    where = f" WHERE ({condition.format(row=chr(34) + table + chr(34))})" if condition else ""
    yield Guard(
        name,
        table,
        (
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" EXCLUDE USING gist '
            f'({equal}, daterange("start", "end", \'[)\') WITH &&){where}',
        ),
        (f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"',),
        "constraint",
    )


def _frozen_sqlite(model: type[Frozen], name: str) -> Iterator[Guard]:
    table = model._meta.db_table
    events = [("UPDATE", ["OLD"]), ("DELETE", ["OLD"])]
    if model.frozen_insert:
        events = [("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"]), ("INSERT", ["NEW"])]
    for event, rows in events:
        when = " OR ".join(f"({model.frozen_when.format(row=row)})" for row in rows)
        trigger = f"{name}_{event.lower()}"
        yield Guard(
            trigger,
            table,
            (
                f'CREATE TRIGGER "{trigger}" BEFORE {event} ON "{table}" FOR EACH ROW '
                f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END",
            ),
            (f'DROP TRIGGER IF EXISTS "{trigger}"',),
            "trigger",
        )


def _frozen_postgresql(model: type[Frozen], name: str) -> Iterator[Guard]:
    table = model._meta.db_table
    insert = (
        f"IF TG_OP <> 'DELETE' THEN IF {model.frozen_when.format(row='NEW')} THEN "
        f"RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END IF; END IF; "
        f"IF TG_OP = 'INSERT' THEN RETURN NEW; END IF;"
        if model.frozen_insert
        else ""
    )
    events = "INSERT OR UPDATE OR DELETE" if model.frozen_insert else "UPDATE OR DELETE"
    yield Guard(
        name,
        table,
        (
            f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN {insert} '
            f"IF {model.frozen_when.format(row='OLD')} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $body$",
            f'CREATE TRIGGER "{name}" BEFORE {events} ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{name}"()',
        ),
        (f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"',),
        "trigger",
    )


def guards_of(model: type[models.Model], vendor: str) -> list[Guard]:
    """The guards that ``model`` declares, as the database ``vendor`` writes them."""
    meta = model._meta
    found: list[Guard] = []
    base = f"{meta.app_label}_{meta.model_name}"
    if issubclass(model, Period):
        overlap = _overlap_postgresql if vendor == "postgresql" else _overlap_sqlite
        for key in model.no_overlap:
            found += overlap(model, key, f"{base}_no_overlap_{'_'.join(key)}")
    if issubclass(model, Frozen) and model.frozen_when:
        frozen = _frozen_postgresql if vendor == "postgresql" else _frozen_sqlite
        found += frozen(model, f"{base}_is_frozen")
    return found


def declared(connection: BaseDatabaseWrapper, app_label: str | None = None) -> list[Guard]:
    """Every guard of the managed models (of one app, where named)."""
    models_ = apps.get_models() if app_label is None else apps.get_app_config(app_label).get_models()
    return [
        guard
        for model in models_
        if model._meta.managed and not model._meta.proxy
        for guard in guards_of(model, connection.vendor)
    ]


def present(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of all triggers and exclusion constraints that the database holds now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' "
                "UNION SELECT conname FROM pg_constraint WHERE contype = 'x'"
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {row[0] for row in cursor.fetchall()}


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Guards that should stand and do not: an installation that could be changed behind the ledger's back."""
    there = present(connection)
    return [guard.name for guard in declared(connection) if guard.name not in there]


def install(connection: BaseDatabaseWrapper, app_label: str | None = None) -> None:
    """Make every declared guard stand. Triggers are made anew, so that a changed rule takes effect."""
    tables = set(connection.introspection.table_names())
    there = present(connection)
    with connection.cursor() as cursor:
        for guard in declared(connection, app_label):
            if guard.table not in tables or (guard.kind == "constraint" and guard.name in there):
                continue
            for statement in (*guard.drop, *guard.create):
                cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Remove the guards of frozen rows: for emptying a test database, never for an installation."""
    with connection.cursor() as cursor:
        for guard in declared(connection):
            if guard.kind == "trigger":
                for statement in guard.drop:
                    cursor.execute(statement)


def install_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    install(connections[using], sender.label)
