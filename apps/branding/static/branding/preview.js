"use strict";

// «Aperçu» beside the form of the integrator's identity: shows what is typed, before it is saved.
// Texts go in as text, images as files of this page; nothing is sent anywhere.
document.addEventListener("DOMContentLoaded", () => {
    const preview = document.getElementById("branding-preview");
    if (!preview) return;
    const ENOUGH = 4.5;  // the contrast that apps/branding/colours.py keeps
    const saved = JSON.parse(document.getElementById("branding-saved").textContent);
    const field = (name) => document.getElementById(`id_${name}`);
    const value = (name) => (field(name) ? field(name).value : saved[name] || "").trim();

    const channels = (colour) => [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
    const luminance = (rgb) => {
        const [red, green, blue] = rgb.map((channel) => {
            const part = channel / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const onWhite = (colour) => {
        for (let step = 0; step <= 50; step += 1) {
            const darker = channels(colour).map((channel) => Math.round(channel * (1 - step / 50)));
            if (1.05 / (luminance(darker) + 0.05) >= ENOUGH) return { css: `rgb(${darker.join(", ")})`, step };
        }
        return { css: "black", step: 50 };
    };

    const showTexts = () => {
        for (const element of preview.querySelectorAll("[data-of]")) {
            const { of, join, before = "", after = "", groups } = element.dataset;
            const values = of.split(" ").map(value).filter(Boolean);
            let text = join === undefined ? values[0] || "" : values.join(join);
            if (groups) text = text.replace(/\s/g, "").replace(new RegExp(`(.{${groups}})(?=.)`, "g"), "$1 ");
            element.textContent = text && before + text + after;
            element.hidden = !text;
        }
        for (const badge of preview.querySelectorAll(".preview-badge")) {
            badge.dataset.colour = value("environment_colour");
        }
    };

    const showColours = () => {
        const main = value("primary_colour");
        if (!/^#[0-9a-f]{6}$/i.test(main)) return;
        const { css, step } = onWhite(main);
        preview.style.setProperty("--preview-main", main);
        preview.style.setProperty("--preview-readable", css);
        // Documents do not darken a pale colour: what stands on it is black (apps/documents/presentation.py).
        const [red, green, blue] = channels(main);
        const isPale = 299 * red + 587 * green + 114 * blue > 160000;
        preview.style.setProperty("--preview-on-main", isPale ? "#1a1a1a" : "#ffffff");
        preview.querySelector("[data-darkened]").hidden = step === 0;
    };

    // The image that stands there, the one just chosen, or none.
    const watchImage = (name) => {
        const images = preview.querySelectorAll(`[data-image="${name}"]`);
        const before = images[0].hidden ? "" : images[0].getAttribute("src");
        const show = () => {
            const chosen = field(`new_${name}`)?.files[0];
            const removed = field(`without_${name}`)?.checked;
            const source = chosen ? URL.createObjectURL(chosen) : removed ? images[0].dataset.without || "" : before;
            for (const image of images) {
                image.hidden = !source;
                if (source) image.src = source;
            }
            for (const name_ of preview.querySelectorAll("[data-without-logo]")) {
                if (name === "logo") name_.hidden = Boolean(source);
            }
        };
        for (const part of [`new_${name}`, `without_${name}`]) field(part)?.addEventListener("change", show);
        show();
    };

    const show = () => { showTexts(); showColours(); };
    document.getElementById("integrator_form")?.addEventListener("input", show);
    document.getElementById("integrator_form")?.addEventListener("change", show);
    show();
    watchImage("logo");
    watchImage("favicon");
});
