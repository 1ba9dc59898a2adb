from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "apps.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from apps.core.wording import register
        from apps.customers import file_kinds, invitations, letters, logins, mails, past, paying, searching
        from apps.customers.rules import SENTENCES

        register(SENTENCES)
        past.register()
        searching.register()
        mails.register()
        logins.register()
        invitations.register_screens()
        file_kinds.register_kinds()
        paying.register()
        letters.register_letters()
