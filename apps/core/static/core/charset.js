"use strict";

// Authorised characters, while one types: what is not allowed is named, with a proposal one click away. The server has
// the table, gives it with the field, and checks again.
(() => {
    const ALLOWED = /^[A-Z0-9]$/;
    const filled = (sentence, values) => sentence.replace(/%\((\w+)\)[sd]/g, (_all, name) => values[name]);
    // Sign by sign, so that the caret stays where it is: «ß» would become two.
    const capital = (sign) => (sign.toUpperCase().length === sign.length ? sign.toUpperCase() : sign);
    const capitals = (text) => [...text].map(capital).join("");

    const proposalFor = (text, spelling) => {
        const spelt = (sign) => spelling[sign] ?? sign;
        const replaced = [...text.normalize("NFC")].map((sign) =>
            [...sign.normalize("NFKD")].filter((part) => !/\p{Mn}/u.test(part)).map(spelt).join(""));
        return capitals(replaced.join("").split(/\s+/).filter(Boolean).join(" "));
    };

    const put = (field, value) => {
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    };

    const watch = (field) => {
        const spelling = JSON.parse(field.dataset.spelling);
        const notice = document.createElement("div");
        notice.className = "authorised-characters";
        notice.setAttribute("aria-live", "polite");
        const said = document.createElement("span");
        const offer = document.createElement("button");
        offer.type = "button";
        notice.append(said, offer);
        notice.hidden = true;
        field.after(notice);

        const look = () => {
            const signs = [...field.value];
            const at = signs.findIndex((sign) => sign !== " " && !ALLOWED.test(sign));
            const longest = Number(field.dataset.longest);
            const proposal = proposalFor(field.value, spelling);
            if (at >= 0) {
                said.textContent = filled(field.dataset.fault, { character: signs[at], position: at + 1 });
            } else if (signs.length > longest) {
                said.textContent = filled(field.dataset.tooLong, { found: signs.length, limit: longest });
            }
            notice.hidden = at < 0 && signs.length <= longest;
            offer.hidden = notice.hidden || proposal === field.value || !proposal;
            offer.textContent = filled(field.dataset.proposal, { proposal });
        };

        // Before the form's own conditions read the value.
        field.addEventListener("input", (event) => {
            if (!event.isComposing && capitals(field.value) !== field.value) {
                const { selectionStart, selectionEnd } = field;
                field.value = capitals(field.value);
                field.setSelectionRange(selectionStart, selectionEnd);
            }
            look();
        }, { capture: true });
        field.addEventListener("change", () => {
            const single = field.value.split(/ +/).filter(Boolean).join(" ");
            if (single !== field.value) put(field, single);
        });
        offer.addEventListener("click", () => {
            // For whoever keeps the accents somewhere else.
            field.dispatchEvent(new CustomEvent("respelt", { detail: field.value.trim() }));
            put(field, proposalFor(field.value, spelling));
            field.focus();
        });
        look();
    };

    const watchAll = (root) => root.querySelectorAll("[data-spelling]:not([data-watched])").forEach((field) => {
        field.dataset.watched = "";
        watch(field);
    });
    document.addEventListener("DOMContentLoaded", () => watchAll(document));
    // A dialog comes after the page.
    document.addEventListener("htmx:load", (event) => watchAll(event.target));
})();
