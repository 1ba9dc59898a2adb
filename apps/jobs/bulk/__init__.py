"""One thing done to many rows: ticked in a list, or pasted as a column of numbers.

An app says by a :class:`~apps.jobs.bulk.kinds.BulkKind` what is done, and its list offers it::

    DECLARE = BulkKind(                    # registered in ready()
        code="sims.declare",
        title=_("Declare lost or faulty"),
        model="sims.SimCard",
        permission="sims.change_simcard",
        form=StatusForm,                   # what is asked once for all of them
        parameters=lambda answers: {"status": answers["status"], "reason": answers["reason"]},
        find=find_cards,                   # the cards that pasted lines name
        plan=plan_status,                  # (card, parameters) -> Becomes(before, after), None, or DomainError
        apply=declare,                     # (card, parameters, actor) -> what undoing needs
        undo=take_back,                    # (card, memory, actor); left out where there is no way back
    )

    @admin.register(SimCard)
    class SimCardAdmin(BulkActions, ReadOnly, ModelAdmin):
        actions_list = ("paste",)
        paste = paste_dialog("sims.SimCard", permission="sims.change_simcard", identifiers=_("ICCID"))

Whoever ticks rows, or all those of the filter, chooses the action and sends gets a :class:`BulkOperation`, with an item
for each row. What the form asks is answered on its page, which then says of each row what it becomes, or why it is
refused; nothing has been done. Who confirms has a job do it: each row is locked and planned again, and is refused if it
is no longer what was shown. Row and item change in one transaction, so a killed worker's successor goes on with the
next item. The operation stays as the journal of what was done, and its results can be downloaded.
"""
