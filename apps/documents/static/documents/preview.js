"use strict";

// The preview of the invoice template: drawing takes seconds, during which the page says so.
document.addEventListener("DOMContentLoaded", () => {
    const frame = document.querySelector("iframe[name=layout_preview]");
    const waiting = document.querySelector(".document-waiting");
    if (!frame || !waiting) return;
    document.addEventListener("click", (event) => {
        if (event.target.closest("[data-previews]")) waiting.hidden = false;
    });
    frame.addEventListener("load", () => { waiting.hidden = true; });
});
