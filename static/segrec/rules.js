// What a rule would change is shown beside its form while it is filled in.
"use strict";

const preview = document.getElementById("preview");
if (preview) {
  const form = preview.closest("form");
  let waiting, asked;

  // Only what this kind of rule, and this list, has a use for is shown and sent.
  const fit = () => {
    const { action, list } = form.elements;
    const isIn = (words, value) => words === undefined || words.split(" ").includes(value);
    for (const input of form.querySelectorAll("[data-for], [data-in]")) {
      const isUsed = isIn(input.dataset.for, action.value) && (!list.value || isIn(input.dataset.in, list.value));
      input.closest(".form-row").hidden = input.disabled = !isUsed;
    }
  };
  const show = async () => {
    asked?.abort();
    asked = new AbortController();
    const told = new URLSearchParams(new FormData(form));
    told.delete("csrfmiddlewaretoken");
    preview.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${preview.dataset.url}?${told}`, { signal: asked.signal });
      if (answer.ok && !answer.redirected) {
        const part = new DOMParser().parseFromString(await answer.text(), "text/html");
        const said = part.getElementById("said");
        said?.remove();
        document.querySelector("output").textContent = said?.textContent ?? "";
        preview.replaceChildren(...part.body.children);
      }
    } catch (problem) {
      if (problem.name === "AbortError") return;
    }
    preview.removeAttribute("aria-busy");
  };
  form.addEventListener("input", () => {
    fit();
    clearTimeout(waiting);
    waiting = setTimeout(show, 300);
  });
  fit();
  show();
}
