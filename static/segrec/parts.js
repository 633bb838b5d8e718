// Parts of a page that take a moment are fetched after the rest is seen; without this they are links.
"use strict";

async function fill(part) {
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(part.dataset.part, { headers: { "X-Part": "1" } });
    if (answer.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      part.replaceChildren(...page.body.children);
    }
  } catch {
    // The link stays.
  }
  part.removeAttribute("aria-busy");
}
document.querySelectorAll("[data-part]").forEach(fill);
