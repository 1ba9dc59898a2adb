"""Addresses of the customer space, under /espace-client/."""

from __future__ import annotations

from django.urls import path

from apps.portal import branding, entry, fleet, invoices, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("lignes/", fleet.lines, name="lines"),
    path("lignes/<int:pk>/", fleet.line, name="line"),
    path("factures/", invoices.invoices, name="invoices"),
    path("factures/<int:pk>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("factures/<int:pk>/communications/", invoices.calls, name="calls"),
    path("factures/<int:pk>/communications/<int:line_pk>/", invoices.calls_of_line, name="calls_of_line"),
    path("factures/<int:pk>/communications/<int:line_pk>/csv/", invoices.calls_file, name="calls_file"),
    path("compte/", views.account, name="account"),
    path("couleurs/<slug:colour>.css", branding.painted, name="colours"),
    path("connexion/", entry.SignIn.as_view(), name="sign_in"),
    path("deconnexion/", entry.sign_out, name="sign_out"),
    path("mot-de-passe-oublie/", entry.Recover.as_view(), name="recover"),
    path("mot-de-passe-oublie/envoi/", entry.Recovering.as_view(), name="recovering"),
    path("mot-de-passe/", entry.ChangePassword.as_view(), name="change_password"),
    path("mot-de-passe/<str:uidb64>/<str:token>/", entry.ChoosePassword.as_view(), name="choose"),
]
