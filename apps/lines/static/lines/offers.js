"use strict";

// What is agreed on for a line, while one types: prices that are proposed, options that do not go together, fields that
// have nothing to say. The server has said what the catalogue knows, and decides.
const followOffers = () => {
    const told = document.getElementById("offer-facts");
    // What a dialog answers takes the place of its fields, and not of its form.
    const form = told?.closest("#dialog-form") ?? told?.closest("form");
    if (!form || told.dataset.followed) return;
    told.dataset.followed = "yes";
    const facts = JSON.parse(told.textContent);
    const field = (name) => form.querySelector(`[name="${name}"]`);
    const value = (name) => field(name)?.value ?? "";
    const changed = (input) => input.dispatchEvent(new Event("input", { bubbles: true }));

    // A price that nobody has touched follows what it is the price of.
    const proposals = new Map();
    const propose = (name, proposal) => {
        const input = field(name);
        if (!input || proposal === undefined) return;
        const before = proposals.get(name);
        proposals.set(name, proposal);
        if (before === proposal) return;
        if (input.value === "" || input.readOnly || input.value === before) {
            input.value = proposal;
            changed(input);
        }
    };
    const remember = (name, proposal) => proposals.set(name, proposal);

    const show = (element, shown) => {
        element.hidden = !shown;
    };

    const ticked = () => [...form.querySelectorAll("[name=options]:checked")].map((box) => Number(box.value));

    const look = () => {
        const plan = Number(value("plan")) || null;
        form.querySelectorAll("[data-throughput-of]").forEach((element) => {
            show(element, Boolean(facts.offers?.[value(element.dataset.throughputOf)]?.data));
        });
        form.querySelectorAll("[data-option]").forEach((row) => {
            const own = Number(row.dataset.option);
            const fact = facts.offers[own];
            const box = row.querySelector("[name=options]");
            const others = [...ticked().filter((one) => one !== own), ...(plan ? [plan] : [])];
            const fits = !others.some((one) => fact.excludes.includes(one))
                && (!plan || !fact.plans.length || fact.plans.includes(plan));
            if (!fits && !box.checked) box.disabled = true;
            if (fits) box.disabled = false;
            row.classList.toggle("offer-unfit", !fits);
            const why = row.querySelector(".offer-why");
            why.textContent = fits ? "" : why.dataset.why;
            show(row.querySelector(".offer-option-fields"), box.checked);
        });
        form.querySelectorAll("[data-with]").forEach((element) => {
            const monthly = element.dataset.monthly;
            const there = element.dataset.with.split(" ").every((name) => value(name) !== "");
            show(element, there && (!monthly || facts.monthly.includes(value(monthly))));
        });
        form.querySelectorAll("[data-when]").forEach((element) => {
            const [name, values] = element.dataset.when.split("=");
            show(element, values.split(",").includes(value(name)));
        });
        const product = facts.products?.[value("offer")];
        form.querySelectorAll("[data-recurring]").forEach((element) => {
            show(element, value("what") !== "handset" && Boolean(product?.recurs));
        });
    };

    const ofHandset = () => facts.handsets?.[value("handset")]?.[value("sale_mode")];
    const handsetPrice = field("handset_price") ? "handset_price" : "price";
    const handsetMonths = field("handset_months") ? "handset_months" : "months";

    form.addEventListener("change", (event) => {
        const name = event.target.name;
        if (name === "plan") {
            const fact = facts.offers[value("plan")];
            propose("plan_price", fact?.price ?? "");
            const throughput = field("plan_throughput");
            if (throughput) throughput.value = fact?.throughput ?? "";
            if (fact && field("billing")) field("billing").value = fact.billing;
        }
        if (name === "handset" || name === "sale_mode" || name === "what") {
            const fact = ofHandset();
            const months = field(handsetMonths);
            if (fact && months && fact.months) months.value = fact.months;
            if (value("what") !== "service") propose(handsetPrice, fact?.price ?? "");
        }
        if ((name === "offer" || name === "what") && value("what") === "service") {
            propose("price", facts.products[value("offer")]?.price ?? "");
        }
        look();
    });

    remember("plan_price", facts.offers?.[value("plan")]?.price ?? "");
    remember(handsetPrice, ofHandset()?.price ?? facts.products?.[value("offer")]?.price ?? "");
    look();
};
document.addEventListener("DOMContentLoaded", followOffers);
document.addEventListener("htmx:afterSettle", followOffers);
