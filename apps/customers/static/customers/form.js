"use strict";

// The record of a customer, while one types: authorised characters only (the server has the table and checks again),
// and a login that follows the number.
document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("customer_form");
    if (!form) return;
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
            put(field, proposalFor(field.value, spelling));
            field.focus();
        });
        look();
    };

    form.querySelectorAll("[data-spelling]").forEach(watch);

    // The tabs come as links that lead nowhere, which no key reaches.
    form.querySelectorAll("nav a:not([href])").forEach((tab) => {
        tab.tabIndex = 0;
        tab.setAttribute("role", "button");
        tab.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            tab.click();
        });
    });

    const number = document.getElementById("id_number");
    const login = document.getElementById("id_login");
    if (number?.tagName === "INPUT" && login?.tagName === "INPUT") {
        let before = number.value;
        number.addEventListener("input", () => {
            if (login.value === before) put(login, number.value);
            before = number.value;
        });
    }
});
