"""Everything that people can do to a line, each said once (SPEC I).

An :class:`~apps.lines.operations.kinds.Operation` is registered in ``ready()``. From it come its button and dialog on
the line's page and in the row menu of «Parc mobile», its bulk kind (:mod:`apps.jobs.bulk`), and what is planned for a
day to come::

    REACTIVATE = Operation(
        code="reactivate",
        kind=OperationKind.REACTIVATION,
        title=_("Reactivation"),
        permission="lines.restrict_line",
        plan=plan_reactivation,        # (line, parameters, on) -> Becomes(before, after), None, or DomainError
        apply=reactivate,              # (line, parameters, doing) -> the journal's entry
        undo=undo_state,
        in_bulk=True,
    )

Whoever does one, on whichever way, goes through :func:`apps.lines.operations.doing.do_operation`.
"""
