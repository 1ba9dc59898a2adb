"use strict";

// Texts with placeholders. Everything is said in attributes, and listened for on the document, so that it works as well
// in dialogs, which come later than the page:
//
//   <textarea data-editor>            a monospaced editor with the numbers of its lines
//   <button data-insert="{{ x }}">    puts its text at the caret of the field that was written in last; before that, into
//                                     the field named by "data-insert-into" (an id), its own or that of what it stands in
//   <input data-narrows="id">         shows only those entries ([data-words]) of that element that hold what is typed
//   <button data-line="7" data-of="id">   goes to that line of that field
(() => {
    const WRITABLE = "textarea, input[type=text], input:not([type])";
    let last = null;

    // --- The numbers of the lines

    const number = (area) => {
        const gutter = area.previousElementSibling;
        const count = area.value.split("\n").length;
        if (Number(gutter.dataset.count) !== count) {
            gutter.dataset.count = count;
            gutter.textContent = Array.from({ length: count }, (_, place) => place + 1).join("\n");
        }
        gutter.scrollTop = area.scrollTop;
    };

    const prepare = (area) => {
        if (area.parentElement.classList.contains("editor")) return;
        const frame = document.createElement("div");
        const gutter = document.createElement("pre");
        frame.className = "editor";
        gutter.className = "editor-lines";
        gutter.setAttribute("aria-hidden", "true");
        area.replaceWith(frame);
        frame.append(gutter, area);
        area.wrap = "off";
        area.spellcheck = false;
        area.addEventListener("scroll", () => number(area));
        new ResizeObserver(() => { gutter.style.height = `${area.offsetHeight}px`; }).observe(area);
        number(area);
    };
    const prepareAll = () => document.querySelectorAll("textarea[data-editor]").forEach(prepare);
    document.addEventListener("DOMContentLoaded", prepareAll);
    document.addEventListener("htmx:afterSettle", prepareAll);
    document.addEventListener("input", (event) => {
        if (event.target.matches("textarea[data-editor]")) number(event.target);
    });

    // --- Insertion

    document.addEventListener("focusin", (event) => {
        const field = event.target;
        if (field.matches(WRITABLE) && !field.matches("[data-narrows], [data-not-written]")) last = field;
    });

    const insert = (field, text) => {
        field.focus();
        // Unlike a new value, this can be taken back with Ctrl Z.
        if (!document.execCommand("insertText", false, text)) {
            field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
            field.dispatchEvent(new Event("input", { bubbles: true }));
        }
    };

    const target = (button) => {
        const group = button.closest("[data-insert-into]");
        const named = group && document.getElementById(group.dataset.insertInto);
        const only = button.closest("[data-insert-only]");
        const usable = last && last.isConnected && !only && (!named || last.form === named.form);
        return usable ? last : named;
    };

    // --- Going to a line

    const goTo = (area, line) => {
        const lines = area.value.split("\n");
        const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
        area.closest("details:not([open])")?.setAttribute("open", "");
        area.focus();
        area.setSelectionRange(start, start + (lines[line - 1] || "").length);
        const height = area.scrollHeight / Math.max(lines.length, 1);
        area.scrollTop = Math.max(0, (line - 4) * height);
        area.scrollIntoView({ block: "center" });
    };

    document.addEventListener("click", (event) => {
        const inserting = event.target.closest("[data-insert]");
        if (inserting) {
            event.preventDefault();
            const field = target(inserting);
            if (field && !field.readOnly && !field.disabled) insert(field, inserting.dataset.insert);
            return;
        }
        const going = event.target.closest("[data-of]:is([data-line], button)");
        const area = going && document.getElementById(going.dataset.of);
        if (!area) return;
        event.preventDefault();
        if (area.matches("textarea")) goTo(area, Number(going.dataset.line || 1));
        else area.focus();
    });

    // --- Narrowing a long list of placeholders

    document.addEventListener("input", (event) => {
        if (!event.target.matches("[data-narrows]")) return;
        const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
        const words = plain(event.target.value).split(/\s+/).filter(Boolean);
        const list = document.getElementById(event.target.dataset.narrows);
        for (const entry of list.querySelectorAll("[data-words]")) {
            entry.hidden = !words.every((word) => plain(entry.dataset.words).includes(word));
        }
        for (const group of list.querySelectorAll("details")) {
            group.hidden = !group.querySelector("[data-words]:not([hidden])");
            if (words.length && !group.hidden) group.open = true;
        }
    });
})();
