// Audiences are counted while their conditions are chosen, and again where they are listed.
"use strict";

const counted = async (url, signal) => {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
};

const builder = document.querySelector(".audience[data-count]");
if (builder) {
  const form = builder.closest("form");
  const show = (part, text) => (builder.querySelector(`[data-${part}]`).textContent = text);
  let waiting, asked;

  const count = async () => {
    asked?.abort();
    asked = new AbortController();
    const chosen = new URLSearchParams(new FormData(form));
    chosen.delete("csrfmiddlewaretoken");
    builder.classList.add("counting");
    try {
      const found = await counted(`${builder.dataset.count}?${chosen}`, asked.signal);
      show("customers", found.customers ?? "–");
      show("noun", found.customers === "1" ? "customer" : "customers");
      show("words", found.problem ?? `${found.words}.`);
      show("reach", found.problem ? "" : `${found.agreed} agreed to marketing, ${found.reachable} of them have an e-mail.`);
      builder.classList.remove("counting");
    } catch (problem) {
      if (problem.name !== "AbortError") builder.classList.remove("counting");
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(count, 250);
  };
  form.addEventListener("input", (event) => event.target.name !== "name" && soon());
  count();
}

const recount = async () => {
  for (const cell of document.querySelectorAll("span[data-count]")) {
    try {
      cell.textContent = (await counted(cell.dataset.count)).customers;
    } catch {
      return; // the saved count stays
    }
  }
};
recount();
