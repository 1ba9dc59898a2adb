"use strict";

// The pages on which orders are entered: one step at a time, cards and lines that are searched, one save per click.
// Without it the whole form is there at once.
document.addEventListener("DOMContentLoaded", () => {
    // «Enregistrer et valider» leads to the page of the order, and there to what the validation would do.
    const query = new URLSearchParams(location.search);
    if (query.has("validate")) {
        history.replaceState(null, "", location.pathname);
        const link = document.querySelector("a[hx-get$='/validate/']");
        if (link) window.addEventListener("load", () => link.click());
    }

    const form = document.getElementById("order_form");
    if (!form) return;

    // --- Steps
    const steps = [...form.querySelectorAll("[data-step]")];
    const sections = new Map([...form.querySelectorAll("[data-step-of]")].map((one) => [one.dataset.stepOf, one]));
    let shown = 0;

    const open = (place, focuses) => {
        shown = Math.max(0, Math.min(place, steps.length - 1));
        steps.forEach((button, at) => {
            sections.get(button.dataset.step).hidden = at !== shown;
            if (at === shown) button.setAttribute("aria-current", "step");
            else button.removeAttribute("aria-current");
        });
        form.querySelector("[data-previous]").disabled = shown === 0;
        form.querySelector("[data-next]").disabled = shown === steps.length - 1;
        if (focuses) {
            sections.get(steps[shown].dataset.step).querySelector("input:not([type=hidden]), select")?.focus();
            window.scrollTo({ top: 0 });
        }
    };

    if (steps.length > 1) {
        form.classList.add("order-stepped");
        form.querySelector(".order-way-on").hidden = false;
        const faulty = form.dataset.faulty.split(" ");
        steps.forEach((button, at) => {
            button.classList.toggle("order-faulty", faulty.includes(button.dataset.step));
            button.addEventListener("click", () => open(at, true));
        });
        form.querySelector("[data-previous]").addEventListener("click", () => open(shown - 1, true));
        form.querySelector("[data-next]").addEventListener("click", () => open(shown + 1, true));
        open(Math.max(0, steps.findIndex((one) => one.dataset.step === form.dataset.firstStep)), false);
        // A scanner ends what it reads with Enter: that leads on, and saves nothing half filled in.
        form.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.defaultPrevented) return;
            event.preventDefault();
            if (shown < steps.length - 1) open(shown + 1, true);
        });
    }

    // --- What is searched
    form.querySelectorAll(".order-search").forEach((search) => {
        const input = search.querySelector("input");
        const found = search.querySelector(".order-found");
        found.setAttribute("role", "listbox");
        const choices = () => [...found.querySelectorAll("[data-value]")];
        input.setAttribute("autocomplete", "off");
        const close = () => { found.hidden = true; };
        const choose = (choice) => {
            input.value = choice.dataset.value;
            close();
            input.focus();
            input.dispatchEvent(new Event("change", { bubbles: true }));
        };
        found.addEventListener("htmx:afterSwap", () => {
            const only = choices();
            const isChosen = only.length === 1 && only[0].dataset.value === input.value;
            found.hidden = isChosen || document.activeElement !== input;
        });
        found.addEventListener("mousedown", (event) => event.preventDefault());
        found.addEventListener("click", (event) => {
            const choice = event.target.closest("[data-value]");
            if (choice) choose(choice);
        });
        input.addEventListener("blur", () => setTimeout(() => {
            if (!search.contains(document.activeElement)) close();
        }, 100));
        search.addEventListener("keydown", (event) => {
            if (event.key === "Escape") close();
            if (found.hidden || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
            event.preventDefault();
            const all = [input, ...choices()];
            const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
            all[Math.max(0, Math.min(at, all.length - 1))].focus();
        });
    });

    // --- Once, however often one clicks
    form.addEventListener("submit", (event) => {
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = "yes";
    });
    window.addEventListener("pageshow", () => { delete form.dataset.sent; });
});
