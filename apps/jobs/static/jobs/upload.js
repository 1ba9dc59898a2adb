// The choice of files in a dialog: the names of those chosen, and how far they are sent. The dialog comes and goes, so
// everything is listened to from the page.
(() => {
    const within = (element, name) => element.querySelector(`[data-files-${name}]`);

    document.addEventListener("change", event => {
        const choice = event.target.closest?.("[data-files]");
        if (!choice) return;
        event.stopPropagation(); // unfold looks for its own box to write the name in, and breaks without it
        const files = [...event.target.files];
        const names = within(choice, "names");
        choice.dataset.none ??= names.textContent;
        names.replaceChildren(...(files.length ? files.map(described) : [item(choice.dataset.none)]));
        const isTooLarge = files.some(file => file.size > Number(choice.dataset.limit));
        within(choice, "refusal").hidden = !isTooLarge;
    }, {capture: true});

    document.addEventListener("htmx:beforeRequest", event => {
        const choice = event.target.querySelector?.("[data-files]");
        if (choice && !within(choice, "refusal").hidden) event.preventDefault();
    });

    document.addEventListener("htmx:xhr:progress", event => {
        const choice = event.target.querySelector?.("[data-files]");
        if (!choice || !event.detail.lengthComputable) return;
        const percent = Math.floor((100 * event.detail.loaded) / event.detail.total);
        const sending = within(choice, "sending");
        sending.hidden = false;
        sending.querySelector("progress").value = percent;
        if (percent < 100) within(sending, "percent").textContent = `${percent} %`;
        else sending.querySelector("p").textContent = sending.querySelector("p").dataset.filesSent;
    });

    function described(file) {
        const size = new Intl.NumberFormat("fr-FR", {maximumFractionDigits: 1});
        return item(file.size < 1e6
            ? `${file.name} (${size.format(Math.max(0.1, file.size / 1e3))} Ko)`
            : `${file.name} (${size.format(file.size / 1e6)} Mo)`);
    }

    function item(text) {
        const line = document.createElement("li");
        line.textContent = text;
        return line;
    }
})();
