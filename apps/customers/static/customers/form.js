"use strict";

// The record of a customer, while one types: a login that follows the number, a legal name that keeps the accents.
document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("customer_form");
    if (!form) return;
    const put = (field, value) => {
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    };

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

    const legalName = document.getElementById("id_legal_name");
    document.getElementById("id_name")?.addEventListener("respelt", (event) => {
        if (legalName?.tagName === "INPUT" && !legalName.value) put(legalName, event.detail);
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
