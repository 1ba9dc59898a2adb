// A dialog whose POST breaks on the server would otherwise look as if the button did nothing.
document.addEventListener("htmx:responseError", () => {
    document.querySelector("[data-dialog-failure]")?.classList.remove("hidden");
});
