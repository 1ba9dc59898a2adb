"""Files that people send to have them taken over: one way for every kind of file.

An app says by a :class:`~apps.jobs.imports.kinds.FileKind` who reads its file, and gives its files a list::

    class SimImport(FileImport):          # models.py: a proxy, for the list's address and permissions
        class Meta(FileImport.Meta):
            proxy = True
            verbose_name = _("import of SIM cards")

    SIM_FILES = FileKind(model="sims.SimImport", title=_("SIM cards"), importer=…, leads_to=…)

    @admin.register(SimImport)            # admin.py
    class SimImportAdmin(FileImportAdmin):
        kind = SIM_FILES
        send = send_dialog(SIM_FILES)

Whoever may add to the list sends a file: a worker reads it and compares it with the database (``check``). The page of
the import then says what the file would do, and everything that is wrong with it; nothing has been written. Who
confirms, confirms what was shown: if the database has changed meanwhile, the import is shown anew instead. A worker
writes it.
"""
