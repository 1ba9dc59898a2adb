from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class LinesConfig(AppConfig):
    name = "apps.lines"
    label = "lines"
    verbose_name = pgettext_lazy("mobile line", "Lines")

    def ready(self) -> None:
        from apps.catalog.services import ALLOWANCES_CHANGED, OFFERS_IN_USE
        from apps.core.slots import contribute
        from apps.core.wording import register
        from apps.jobs.kinds import Chore, register_chore
        from apps.lines import cards, file_kinds, mails, panels, searching, tiles
        from apps.lines.changes import lines_of_offers, offers_in_use
        from apps.lines.imports import SENTENCES
        from apps.lines.operations import ending, noting, offers, restricting, swapping
        from apps.lines.operations.kinds import register as register_operation
        from apps.lines.operations.planned import APPLY_SECONDS, apply_planned
        from apps.lines.provisioning import registering
        from apps.lines.wording import RIO_SENTENCES

        register(SENTENCES)
        register(RIO_SENTENCES)
        panels.register()
        mails.register()
        cards.register()
        tiles.register()
        searching.register()
        file_kinds.register_kinds()
        for operation in (
            noting.USER,
            noting.INTERNATIONAL,
            offers.OFFERS,
            restricting.RESTRICTION,
            restricting.OUTGOING_RESTRICTION,
            restricting.REACTIVATION,
            ending.TERMINATION,
            ending.CANCELLATION,
            swapping.SWAP,
            noting.RIO,
        ):
            register_operation(operation)
        register_chore(Chore(code="lines.apply_planned", run=apply_planned, every=APPLY_SECONDS))
        registering.register()
        contribute(ALLOWANCES_CHANGED, lines_of_offers)
        contribute(OFFERS_IN_USE, offers_in_use)
