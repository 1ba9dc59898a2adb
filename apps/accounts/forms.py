from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.forms import ModelMultipleChoiceField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.forms import UnfoldReadOnlyPasswordHashWidget
from unfold.forms import UserChangeForm as UnfoldUserChangeForm
from unfold.forms import UserCreationForm as UnfoldUserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.accounts.exceptions import NobodyInCharge
from apps.accounts.services import check_somebody_stays_in_charge
from apps.core.roles import PURPOSES, Role


class RolesInput(UnfoldAdminCheckboxSelectMultipleWidget):
    """Boxes whose labels wrap: the library's cut them, and widen the page of a telephone."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_to_string("accounts/roles_input.html", self.get_context(name, value, attrs))


class PasswordLink(UnfoldReadOnlyPasswordHashWidget):
    """Leads to the form that gives a new password. How the present one is hashed tells nobody anything."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_to_string("accounts/password_link.html", {"usable": is_password_usable(value)})


class RoleField(ModelMultipleChoiceField):
    """The roles, each with what it is for. Groups that are no role are not offered."""

    widget = RolesInput

    def __init__(self, **kwargs: Any) -> None:
        roles = Group.objects.filter(name__in=Role.values).order_by("pk")
        super().__init__(
            roles,
            required=False,
            label=_("Role"),
            help_text=_("One is enough for most people; several add up. Without any, one signs in and sees nothing."),
            **kwargs,
        )

    def label_from_instance(self, obj: Group) -> str:
        return f"{obj.name} : {PURPOSES[Role(obj.name)]}"


class KeepsOtherGroups:
    """Ticking roles leaves the groups alone that an installation made for itself."""

    def clean_groups(self) -> Any:
        chosen = self.cleaned_data["groups"]  # type: ignore[attr-defined]
        user = self.instance  # type: ignore[attr-defined]
        if user.pk is None:
            return chosen
        kept = user.groups.exclude(name__in=Role.values).values("pk")
        return Group.objects.filter(pk__in=[*chosen.values_list("pk", flat=True), *kept.values_list("pk", flat=True)])


class UserChangeForm(KeepsOtherGroups, UnfoldUserChangeForm):
    groups = RoleField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].widget = PasswordLink()
            self.fields["password"].help_text = ""

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned: dict[str, Any] = self.cleaned_data
        if self.instance.pk and self._gives_up_charge(cleaned):
            try:
                check_somebody_stays_in_charge(without=self.instance)
            except NobodyInCharge as refusal:
                raise ValidationError(str(refusal)) from None
        return cleaned

    def _gives_up_charge(self, cleaned: dict[str, Any]) -> bool:
        """Whether these answers leave the user without what lets him give rights."""
        if not cleaned.get("is_active", self.instance.is_active):
            return True
        if cleaned.get("is_superuser", self.instance.is_superuser):
            return False
        if "groups" in self.fields:
            return Role.ADMINISTRATOR.value not in {group.name for group in cleaned.get("groups", ())}
        return False


class UserCreationForm(KeepsOtherGroups, UnfoldUserCreationForm):
    # There is no other way to sign in than a password.
    usable_password = None
    groups = RoleField()
