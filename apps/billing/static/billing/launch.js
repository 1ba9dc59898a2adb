// The search for customers in the dialog «Générer les factures»: dialogs come after the page, and come again.
document.addEventListener("htmx:load", event => {
    const $ = django.jQuery;
    $(event.target).find("select.admin-autocomplete").each((_index, element) => {
        if ($(element).hasClass("select2-hidden-accessible")) return;
        // Inside of the dialog: a click outside of it closes it.
        $(element).select2({dropdownParent: $("#modal-content"), width: "100%"});
        // Its box to type in has no name of its own to be read aloud.
        $(element).next(".select2").find(".select2-search__field").attr("aria-label", element.labels[0]?.textContent.trim());
    });
});
