// Two small habits of the admin: open menus close again, and what runs is shown as it runs.
"use strict";

const openMenus = () => document.querySelectorAll("details.filter[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A part marked data-live is fetched again every two seconds until it comes back unmarked; one in
// which somebody is just now stays as it is.
const isInUse = (part) => part.contains(document.activeElement) || part.querySelector("details.filter[open]");

async function refreshLive() {
  const live = document.querySelectorAll("[data-live][id]");
  if (!live.length) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of live) {
          const fresh = page.getElementById(part.id);
          if (fresh && !isInUse(part)) part.replaceWith(document.adoptNode(fresh));
        }
      }
    } catch {
      // The server is away for a moment; the next try may find it.
    }
  }
  setTimeout(refreshLive, 2000);
}
setTimeout(refreshLive, 2000);
