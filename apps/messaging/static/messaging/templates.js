"use strict";

// «Modèles d'e-mail»: the mail that the typed texts make, drawn again when typing pauses, and a test of it.
document.addEventListener("DOMContentLoaded", () => {
    const place = document.getElementById("mail-preview");
    if (!place) return;
    const at = (name) => document.getElementById(`mail-${name}`);
    const form = place.dataset.form && document.getElementById(place.dataset.form);
    const PAUSE = 700;
    let asking = null;
    let timer = null;

    const typed = (more = {}) => {
        const data = new FormData(form);
        data.set("sample", at("sample")?.value || "");
        for (const [name, value] of Object.entries(more)) data.set(name, value);
        return data;
    };

    const ask = async (address, options) => {
        const response = await fetch(address, { credentials: "same-origin", ...options });
        if (!response.ok) throw new Error(response.status);
        return response.json();
    };

    const say = (sentence) => {
        at("said").textContent = sentence;
        at("said").hidden = !sentence;
    };

    // Where a text is wrong the last mail that could be drawn stays, pale.
    const tell = ({ faults, refusal }) => {
        const list = at("faults").querySelector("ul");
        at("faults").querySelector("p").textContent = refusal;
        list.replaceChildren(...faults.map((fault) => {
            const entry = document.createElement("li");
            const button = document.createElement("button");
            button.type = "button";
            button.textContent = fault.said;
            button.dataset.of = fault.field;
            if (fault.line) button.dataset.line = fault.line;
            entry.append(button);
            return entry;
        }));
        at("faults").hidden = !refusal;
        place.classList.toggle("stale", Boolean(refusal));
    };

    const preview = async () => {
        clearTimeout(timer);
        asking?.abort();
        asking = new AbortController();
        const { signal } = asking;
        try {
            const shown = await ask(place.dataset.preview, form ? { method: "POST", body: typed(), signal } : { signal });
            tell(shown);
            if (shown.refusal) return;
            at("subject").textContent = shown.subject;
            at("text").textContent = shown.text;
            at("html").srcdoc = shown.html;
        } catch (error) {
            if (error.name !== "AbortError") tell({ faults: [], refusal: place.dataset.broken });
        }
    };
    const previewSoon = () => {
        clearTimeout(timer);
        timer = setTimeout(preview, PAUSE);
    };

    const offer = async () => {
        const chosen = at("sample").value;
        const { samples } = await ask(`${place.dataset.samples}?q=${encodeURIComponent(at("search").value)}`);
        const rows = [{ pk: "", label: place.dataset.example }, ...samples];
        at("sample").replaceChildren(...rows.map(({ pk, label }) => new Option(label, pk)));
        // What was looked for is shown at once; what was shown stays while it is among the rest.
        if (at("search").value && samples.length) at("sample").value = String(samples[0].pk);
        else if (rows.some(({ pk }) => String(pk) === chosen)) at("sample").value = chosen;
        if (at("sample").value !== chosen) preview();
    };

    if (form) {
        form.addEventListener("input", (event) => {
            if (event.target.name !== "note") previewSoon();
        });
        at("refresh").addEventListener("click", preview);
        at("test").addEventListener("click", async () => {
            // The name of this click: sent twice, it makes one mail.
            const click = `${Date.now()}-${Math.floor(Math.random() * 1e9)}`;
            at("test").disabled = true;
            say("");
            try {
                const told = await ask(place.dataset.test, { method: "POST", body: typed({ click }) });
                tell(told);
                say(told.said || "");
            } catch {
                tell({ faults: [], refusal: place.dataset.broken });
            }
            at("test").disabled = false;
        });
    }
    if (at("sample")) {
        let searching = null;
        at("sample").addEventListener("change", preview);
        at("search").addEventListener("input", () => {
            clearTimeout(searching);
            searching = setTimeout(() => offer().catch(() => {}), 300);
        });
        offer().catch(() => {});
    }
    preview();
});
