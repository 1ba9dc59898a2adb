"""The doors of the customer space: sign in and out, choose a password by a link, recover one, change it.

Django's views, told three things: the account is looked up by the customer's login; nobody is led out of the space; and
whatever could tell who has an account (an answer, its time, a lock) is the same for nobody's.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib import messages
from django.contrib.auth import login as sign_in_user
from django.contrib.auth import logout as sign_out_user
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView

from apps.accounts.clients import locked_address
from apps.core.exceptions import DomainError
from apps.customers import logins
from apps.portal import recovery
from apps.portal.access import customer_of
from apps.portal.forms import ChangePasswordForm, ChoosePasswordForm, RecoveryForm, SignInForm

BACKEND = "apps.accounts.backends.AudienceBackend"


class SignIn(views.LoginView):
    """Whoever is in already is led home. Signing in ends whatever session the browser had, of the back office too."""

    form_class = SignInForm
    template_name = "portal/sign_in.html"
    next_page: Any = reverse_lazy("portal:home")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "GET" and customer_of(request) is not None:
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def get_redirect_url(self) -> str:  # type: ignore[override]  # the stubs are of another version
        """The page one came from, if it is one of the space: never an address of another site or of the back office."""
        asked = super().get_redirect_url()
        return asked if is_of_the_space(asked) else ""


def is_of_the_space(address: str) -> bool:
    try:
        return resolve(unquote(urlsplit(address).path)).namespace == "portal" if address else False
    except (Resolver404, ValueError):
        return False


@require_POST
@csrf_protect
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session of a customer; whoever else is signed in here stays so."""
    if customer_of(request) is not None:
        sign_out_user(request)
        messages.success(request, _("You are signed out."))
    return redirect("portal:sign_in")


def locked_page(request: HttpRequest, minutes: int) -> HttpResponse | None:
    """Too many failures on the sign-in page of the space: said in its own look. None: it was not here."""
    match = request.resolver_match
    if match is None or match.namespace != "portal":
        return None
    return render(request, "portal/locked.html", {"minutes": minutes}, status=429)


class ChoosePassword(views.PasswordResetConfirmView):
    """By the link of a mail. The token goes into the session before anything is shown, out of the address."""

    form_class = ChoosePasswordForm
    template_name = "portal/choose.html"
    token_generator = logins.password_links
    reset_url_token = "choisir"  # noqa: S105  # what stands in the place of a token
    success_url = reverse_lazy("portal:home")
    user: Any

    def get_user(self, uidb64: str) -> Any:
        return logins.user_of_link(uidb64)

    def form_valid(self, form: Any) -> HttpResponse:
        """The link is used up, and one is in."""
        token = self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN, "")
        try:
            user = logins.choose_password(user=self.user, token=token, password=form.cleaned_data["new_password1"])
        except DomainError:
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        sign_in_user(self.request, user, BACKEND)
        messages.success(self.request, _("Your password is saved. You are signed in."))
        return HttpResponseRedirect(str(self.success_url))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "login": self.user.customer_login.customer.login} if self.validlink else context


@method_decorator([sensitive_post_parameters("email"), never_cache, csrf_protect], name="dispatch")
class Recover(FormView):
    """«Mot de passe oublié»: the same page follows whatever was typed, and however often."""

    form_class = RecoveryForm
    template_name = "portal/recover.html"
    success_url = reverse_lazy("portal:recovering")

    def form_valid(self, form: RecoveryForm) -> HttpResponse:
        recovery.ask(email=form.cleaned_data["email"], ip=locked_address(self.request), at=timezone.now())
        return super().form_valid(form)


class Recovering(TemplateView):
    template_name = "portal/recovering.html"


class ChangePassword(views.PasswordChangeView):
    """Of whoever is in, and knows the present one. Other sessions of the account end."""

    form_class = ChangePasswordForm
    template_name = "portal/change.html"
    success_url = reverse_lazy("portal:home")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.customer = customer_of(request)
        if self.customer is None:
            return views.redirect_to_login(request.get_full_path(), reverse("portal:sign_in"))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            user = logins.change_password(user=form.user, password=form.cleaned_data["new_password1"])
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("Your password is changed."))
        return HttpResponseRedirect(str(self.success_url))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(customer=self.customer, **kwargs)


class Pages:
    """Where the pages of the space are, for the mails that lead there."""

    @staticmethod
    def choose(uid: str, token: str) -> str:
        return reverse("portal:choose", args=[uid, token])

    @staticmethod
    def sign_in() -> str:
        return reverse("portal:sign_in")
