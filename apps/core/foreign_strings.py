"""Messages of libraries that ship no French of their own, kept here so that ``make messages`` translates them.

Nothing imports this module: it is read by xgettext. A message is written exactly as the library has it, spaces and
line ends included. Left out: what these libraries say in parts that are not installed here.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

UNFOLD_LISTS = [
    _("Select record"),
    # Django's French for it takes all nouns for masculine ones.
    _("Select all %(total_count)s %(module_name)s"),
    _("Select action"),
    _("Select action to run"),
    _("Type to search"),
    _("No results found"),
    _("This page yielded into no results."),
    _("Reset filters"),
    _("Filters"),
    _("Apply Filters"),
    _("Toggle filter"),
    _("Select value"),
    _("From"),
    _("To"),
    _("Date from"),
    _("Date to"),
    _("Date"),
    _("Previous"),
    _("Next"),
    _("True"),
    _("False"),
    _("No data"),
    _("Not enough data."),
    _("Dataset not found. No action performed."),
]

UNFOLD_PAGES = [
    _("General"),
    _("Cancel"),
    _("Run"),
    _("Select"),
    _("Go back"),
    _("Name"),
    _("Value"),
    _("Add row"),
    _("Add new item"),
    _("This item will be deleted."),
    _("Click to cancel"),
    _("Click to download"),
    _("Choose file to upload"),
    _("Image preview"),
    _("Record picture"),
    _("Toggle password visibility"),
    _("Select currency"),
    _("You can not create nested object without parent"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can change the "
        'password using <a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
]

UNFOLD_SHELL = [
    _("Welcome back to"),
    _("Forgotten your password or username?"),
    _("You have been successfully logged out from the administration"),
    _("Return to site"),
    _("All applications"),
    _("Light"),
    _("Dark"),
    _("System"),
    _("Navigate"),
    _("Recent searches"),
    _("Nothing matched your search"),
    _("Search apps and models..."),
    _("Available shortcuts"),
    _("Global shortcuts"),
    _("Changelist shortcuts"),
    _("Command tool shortcuts"),
    _("Open command tool"),
    _("Open shortcuts list"),
    _("Open selection"),
    _("Open selection in new tab"),
    _("Toggle sidebar"),
    _("Toggle dark/light mode"),
    _("Create new record"),
    ngettext_lazy(
        '\n            Found <span class="font-medium text-important">%(counter)s</span> result in %(time)s seconds\n'
        "        ",
        '\n            Found <span class="font-medium text-important">%(counter)s</span> results in %(time)s seconds\n'
        "        ",
    ),
]

UNFOLD_EDITOR = [
    _("Paragraph"),
    _("Code"),
    _("Heading"),
    _("Quote"),
    _("Bold"),
    _("Italic"),
    _("Underlined"),
    _("Strike"),
    _("Link"),
    _("Unlink"),
    _("Enter an URL"),
    _("Unordered list"),
    _("Ordered list"),
    _("Indent increase"),
    _("Indent decrease"),
    _("Undo"),
    _("Redo"),
]

UNFOLD_IMPORT_EXPORT = [
    _("Select format"),
    _("View traceback"),
    _("This exporter will export the following fields"),
    ngettext_lazy(
        "\n                    Export %(len)s selected item.\n                ",
        "\n                    Export %(len)s selected items.\n                ",
    ),
]

UNFOLD_HISTORY = [
    _("This object doesn't have a change history. It probably wasn't added via this admin site."),
    _("Choose a date from the list below to revert to a previous version of this object"),
    _("Changes"),
    _("Field"),
    _("Old value"),
    _("New value"),
]

# The library has a French of its own for the titles, but not a good one.
SIMPLE_HISTORY = [_("Deleted %(type_name)s"), _("View history: %s"), _("View %s")]

IMPORT_EXPORT = [_("Select all")]
