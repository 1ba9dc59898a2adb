"""What keeps the back office in somebody's hands."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.exceptions import NobodyInCharge
from apps.accounts.models import User
from apps.core.roles import Role


def in_charge() -> QuerySet[User]:
    """Who can let the others in again: active superusers and Administrateurs."""
    may = User.objects.filter(Q(is_superuser=True) | Q(groups__name=Role.ADMINISTRATOR.value))
    # No join: a row that is found twice could not be locked.
    return User.objects.filter(is_active=True, is_staff=True, pk__in=may.values("pk"))


def check_somebody_stays_in_charge(*, without: User) -> None:
    """NobodyInCharge if ``without`` is the last who could let others in. Holds in the caller's transaction.

    The rows are locked, then read again: of two who each deactivate the other, the second is refused.
    """
    list(in_charge().select_for_update().order_by("pk"))
    if {user.pk for user in in_charge()} == {without.pk}:
        raise NobodyInCharge(_("Nobody else could let people in: name another Administrateur first."))


def is_locked_out(user: User) -> bool:
    """Whether guesses at the password of ``user`` have been counted lately, from any address."""
    return bool(AccessAttempt.objects.filter(username=user.username).exists())


def lift_lock(user: User) -> int:
    """Forget the failures of ``user``, from every address: the next right password signs in."""
    lifted, _by_model = AccessAttempt.objects.filter(username=user.username).delete()
    return int(lifted)


def end_sessions(users: QuerySet[User]) -> int:
    """Whoever is signed in as one of ``users``, wherever it be, is out at the next click, and signs in again."""
    return users.update(sessions_ended=F("sessions_ended") + 1)
