// A dialog whose POST breaks on the server would otherwise look as if the button did nothing.
document.addEventListener("htmx:responseError", () => {
    document.querySelector("[data-dialog-failure]")?.classList.remove("hidden");
});

// A long dialog stays where its button was pressed: what it has to say may be out of sight.
document.addEventListener("htmx:afterSettle", () => {
    document.querySelector("#dialog-form :is([role=alert]:not(.hidden), [role=status], .errors)")?.scrollIntoView({block: "nearest"});
});
