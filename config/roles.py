"""What each role may do: the tables of the apps' ``roles.py`` put together, and written to the groups of that name.

They are written after every ``migrate``, so that a role is always what the code says: what an app no longer grants is
taken away. Groups that are no role, and who is in which group, are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, models, router, transaction
from django.utils.module_loading import module_has_submodule
from simple_history.models import HistoricalChanges

from apps.core.roles import Grants, Role

OURS = "apps."

#: Permissions are written as people test them: ``usage.view_cdrfile``.
Rights = Mapping[Role, frozenset[str]]


def our_apps() -> Iterator[AppConfig]:
    """Every app of ours but ``core``, whose ``roles.py`` says what a role is."""
    return (app for app in installed.get_app_configs() if app.name.startswith(OURS) and app.label != "core")


def models_of(app: AppConfig) -> list[type[models.Model]]:
    """The models of ``app`` that permissions are about; versions of a row are seen with the row."""
    return [model for model in app.get_models() if not issubclass(model, HistoricalChanges)]


def grants_of(app: AppConfig) -> Grants | None:
    """The table of ``app``; None where it has no ``roles.py``."""
    if not module_has_submodule(app.module, "roles"):
        return None
    grants: Grants = import_module(f"{app.name}.roles").GRANTS
    return grants


def rights() -> Rights:
    """Every role's permissions. ImproperlyConfigured where a ``roles.py`` names a permission that no model declares.

    An Administrateur may do whatever our apps know of, but delete, which nobody does; Lecture sees every row. A
    permission that a model declares by itself (``Meta.permissions``) opens more than rows, and is granted by name.
    """
    found: dict[Role, set[str]] = {role: set() for role in Role}
    for app in our_apps():
        for model in models_of(app):
            declared = {f"{app.label}.{codename}" for codename, _title in model._meta.permissions}
            found[Role.ADMINISTRATOR] |= {*_usual(model, model._meta.default_permissions), *declared}
            found[Role.READER] |= _usual(model, set(model._meta.default_permissions) & {"view"})
        for role, codenames in (grants_of(app) or {}).items():
            found[role] |= set(_known(app, codenames))
    return {role: frozenset(permissions) for role, permissions in found.items()}


def _usual(model: type[models.Model], verbs: Iterable[str]) -> set[str]:
    opts = model._meta
    return {f"{opts.app_label}.{get_permission_codename(verb, opts)}" for verb in verbs if verb != "delete"}


def _known(app: AppConfig, codenames: Iterable[str]) -> Iterator[str]:
    """``codenames`` with their app: its own, or with a dot those of a library's model, which has no ``roles.py``."""
    for codename in codenames:
        owner, name = codename.split(".") if "." in codename else (app.label, codename)
        if owner != app.label and installed.get_app_config(owner).name.startswith(OURS):
            raise ImproperlyConfigured(f"{app.name}.roles grants {codename}, which {owner} grants itself")
        if name not in declared_by(owner):
            raise ImproperlyConfigured(f"{app.name}.roles grants {codename}, which no model of {owner} declares")
        yield f"{owner}.{name}"


def declared_by(label: str) -> set[str]:
    """Codenames of all the permissions that the models of an app declare."""
    every: set[str] = set()
    for model in installed.get_app_config(label).get_models():
        opts = model._meta
        every |= {get_permission_codename(verb, opts) for verb in opts.default_permissions}
        every |= {codename for codename, _title in opts.permissions}
    return every


def apply_roles(*, using: str = DEFAULT_DB_ALIAS, apps: Any = installed, **kwargs: Any) -> None:
    """Make the groups say what :func:`rights` says. Receiver of ``post_migrate``, once all permissions are there.

    A database that is migrated only in part lacks some of them: the roles get those that exist.
    """
    try:
        group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:
        return
    if not router.allow_migrate_model(using, group_model):
        return
    existing = {
        f"{label}.{codename}": pk
        for pk, label, codename in permission_model.objects.using(using).values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    link = group_model.permissions.through
    with transaction.atomic(using=using):
        groups = group_model.objects.using(using)
        groups.bulk_create([group_model(name=role.value) for role in Role], ignore_conflicts=True)
        pks = dict(groups.filter(name__in=Role.values).values_list("name", "pk"))
        held = set(link.objects.using(using).filter(group__in=pks.values()).values_list("group_id", "permission_id"))
        due = {
            (pks[role.value], existing[permission])
            for role, permissions in rights().items()
            for permission in permissions & existing.keys()
        }
        for group, permission in held - due:
            link.objects.using(using).filter(group_id=group, permission_id=permission).delete()
        link.objects.using(using).bulk_create(
            [link(group_id=group, permission_id=permission) for group, permission in sorted(due - held)]
        )
