// Returns what reaches beyond the window's right edge with no box around it that scrolls, and what
// a table's box cuts off.
() => {
  const overflows = (element) => getComputedStyle(element).overflowX;
  const scrolls = (element) =>
    element.tagName !== "BODY" && (overflows(element) !== "visible" || scrolls(element.parentElement));
  const all = [...document.querySelectorAll("body *")];
  const beyond = all.filter(
    (element) => element.getBoundingClientRect().right > innerWidth && !scrolls(element.parentElement)
  );
  const cut = all.filter(
    (element) => element.matches(".results, .table") && overflows(element) === "clip" && element.scrollWidth > element.clientWidth
  );
  const isWider = document.documentElement.scrollWidth > innerWidth;
  if (isWider && !beyond.length) beyond.push(document.documentElement);
  return [...(isWider ? beyond : []), ...cut].map(
    (element) => `${element.tagName}.${element.getAttribute("class")} ${element.textContent.trim().slice(0, 40)}`
  );
};
