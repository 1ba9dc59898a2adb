// Moves the bars of jobs: asks every second for those that are not over, and reloads the page when one of them ends,
// since what the page shows has changed by then.
(() => {
    if (window.ismFollowsJobs) return; // two panels of one page bring the script twice
    window.ismFollowsJobs = true;
    const PAUSE = 1000;
    const PAUSE_AFTER_FAILURE = 4000;

    async function follow(section) {
        let pause = PAUSE;
        try {
            const answer = await fetch(section.dataset.job, {headers: {Accept: "application/json"}});
            if (answer.status === 404 || answer.redirected) return; // signed out, or no longer ours to see
            const news = await answer.json();
            const holder = document.createElement("template");
            holder.innerHTML = news.html;
            const fresh = holder.content.firstElementChild;
            section.replaceWith(fresh);
            window.htmx?.process(fresh);
            section = fresh;
            if (news.finished) return reload();
        } catch {
            pause = PAUSE_AFTER_FAILURE; // the server is away for a moment: the job is not
        }
        setTimeout(() => follow(section), pause);
    }

    // Not while somebody is reading or filling in a dialog.
    function reload() {
        if (document.querySelector("#modal-content form")?.offsetParent) return setTimeout(reload, PAUSE);
        window.location.reload();
    }

    // The last job ended while the page was made: the rest of it is from before, and nothing else would reload it.
    if (document.querySelector("[data-overtaken]")) reload();
    document.querySelectorAll("[data-job]").forEach(section => setTimeout(() => follow(section), PAUSE));
})();
