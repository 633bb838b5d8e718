// A rule is tried while it is filled in: the lists below the form show what it would do.
"use strict";

const form = document.querySelector("form[data-try]");
if (form) {
  let waiting, asked;

  const fit = () => {
    for (const label of form.querySelectorAll("[data-for]")) {
      label.hidden = !label.dataset.for.split(" ").includes(form.elements.action.value);
      for (const input of label.querySelectorAll("input")) input.disabled = label.hidden;
    }
  };
  const show = async () => {
    asked?.abort();
    asked = new AbortController();
    const lists = document.getElementById("lists");
    lists.classList.add("counting");
    try {
      const answer = await fetch(`?${new URLSearchParams(new FormData(form))}`, { signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      lists.replaceWith(page.getElementById("lists"));
    } catch (problem) {
      if (problem.name !== "AbortError") lists.classList.remove("counting");
    }
  };
  form.addEventListener("input", () => {
    fit();
    clearTimeout(waiting);
    waiting = setTimeout(show, 300);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
  fit();
}
