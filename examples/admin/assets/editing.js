// Says that this page is being edited, and shows who else is. The page works without it.
"use strict";

(() => {
    const place = document.getElementById("lock");
    const address = place.dataset.article;
    const BEAT = 30_000;

    function show({ holder, since_seconds, turn }) {
        let text = document.getElementById("editing");
        if (!text) {
            place.className = "banner";
            text = document.createElement("p");
            text.id = "editing";
            text.setAttribute("role", "alert");
            const form = document.createElement("form");
            form.id = "take-over";
            form.method = "post";
            form.action = `${address}/take-over`;
            form.autocomplete = "off";
            const hidden = document.createElement("input");
            hidden.type = "hidden";
            hidden.name = "turn";
            const button = document.createElement("button");
            button.id = "take-over-button";
            button.textContent = "Take over";
            form.append(hidden, button);
            place.replaceChildren(text, form);
        }
        const says = `${holder} is editing this, for ${Math.floor(since_seconds / 60)} minutes`;
        // An alert is read out again whenever it is written.
        if (text.textContent !== says) text.textContent = says;
        document.querySelector("#take-over [name=turn]").value = turn;
    }

    function hide() {
        place.className = "";
        place.replaceChildren();
    }

    async function beat() {
        try {
            const answer = await fetch(`${address}/lock`, { method: "POST" });
            if (answer.status === 409) show(await answer.json());
            else if (answer.ok) hide();
        } catch {
            // Without the server there is nothing to say; the next beat asks again.
        }
    }

    beat();
    setInterval(beat, BEAT);
    addEventListener("pageshow", beat);
    addEventListener("pagehide", () => navigator.sendBeacon(`${address}/unlock`));
})();
