"""What the customer space asks of whoever comes in. Plain widgets: the space has a look of its own."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.utils.translation import gettext_lazy as _

from apps.accounts.choices import Audience
from apps.customers import logins

#: Longer than any login or e-mail.
LONGEST: Final = 254


class SignInForm(AuthenticationForm):
    """Login and password. One sentence for whatever is wrong: unknown, wrong, closed, withdrawn, of the back office."""

    error_messages = {
        "invalid_login": _("This login and this password do not go together. Capitals count in the password."),
        "inactive": _("This login and this password do not go together. Capitals count in the password."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = forms.CharField(
            label=_("Login"),
            max_length=LONGEST,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
        )

    def clean(self) -> dict[str, Any]:
        typed, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if typed is not None and password:
            self.user_cache = authenticate(
                self.request, username=logins.username_of(typed), password=password, audience=Audience.CUSTOMER
            )
            if self.user_cache is None:
                raise self.get_invalid_login_error()
        return self.cleaned_data


class RecoveryForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=LONGEST,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
        error_messages={"invalid": _("This is not an e-mail address.")},
        help_text=_("That of the site identification manager, as your contact at our company knows it."),
    )


class KnowsTheCustomer:
    """A password like the login, the name or the e-mail of the customer is refused as one like the user's own."""

    user: Any

    def clean(self) -> Any:
        customer = self.user.customer_login.customer
        self.user.first_name, self.user.last_name = customer.login, customer.name
        self.user.email = logins.identification_email(customer)
        try:
            return super().clean()  # type: ignore[misc]
        finally:
            self.user.first_name = self.user.last_name = self.user.email = ""


class ChoosePasswordForm(KnowsTheCustomer, SetPasswordForm):
    """Twice the same; what it becomes is the service's."""


class ChangePasswordForm(KnowsTheCustomer, PasswordChangeForm):
    """The present one, and twice the new one."""
