// Draws each figure's chart from the table behind it; without the charts' library the tables are shown.
"use strict";
(() => {
  const figures = [...document.querySelectorAll("figure[data-chart]:has(.plot)")];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  if (!window.echarts) {
    for (const figure of figures) figure.querySelector("details").open = true;
    return;
  }

  // Colours of the theme as the browser resolves them, since canvas knows no variables.
  function readLook() {
    const probe = document.body.appendChild(document.createElement("i"));
    const look = {};
    for (const name of ["text", "muted", "line", "strong-line", "surface", "raised", "accent", "chart-1", "chart-2", "chart-3", "chart-low", "chart-even", "chart-high"]) {
      probe.style.color = `var(--${name})`;
      look[name] = getComputedStyle(probe).color;
    }
    look.face = getComputedStyle(document.body).fontFamily;
    probe.remove();
    return look;
  }

  function readTable(figure) {
    const table = figure.querySelector("table");
    const columns = [...table.tHead.rows[0].cells].map((head) => ({
      name: head.textContent,
      kind: head.dataset.kind,
      drawn: "drawn" in head.dataset,
    }));
    const rows = [...table.tBodies[0].rows].map((row) => ({
      colour: row.dataset.colour || "",
      isRest: "rest" in row.dataset,
      links: [...row.querySelectorAll("td a")].map((link) => link.href),
      link: row.querySelector("th a")?.href || "",
      cells: [...row.cells].map((cell, place) => ({
        value: columns[place].kind === "text" ? cell.dataset.value : cell.dataset.value === "" ? null : Number(cell.dataset.value),
        text: cell.textContent.trim(),
        name: columns[place].kind === "text" ? cell.dataset.value : cell.textContent.trim(), // a segment's text has its mark in it
        link: cell.querySelector("a")?.href || "",
      })),
    }));
    const at = (name) => columns.findIndex((column) => column.name === name);
    return {
      columns,
      rows,
      drawn: columns.map((column, place) => ({ ...column, place })).filter((column) => column.drawn),
      cell: (row, name) => row.cells[at(name)],
      sign: figure.dataset.currency,
      data: figure.dataset,
      isNarrow: figure.clientWidth < 480,
    };
  }

  function frame(look, narrow) {
    return {
      textStyle: { fontFamily: look.face, fontSize: 12, color: look.text },
      animation: !calm.matches,
      animationDuration: 200,
      animationDurationUpdate: 200,
      grid: { left: 4, right: narrow ? 12 : 24, top: 16, bottom: 4, containLabel: true },
      tooltip: {
        renderMode: "richText", // HTML tooltips carry inline styles, which the content policy forbids
        confine: true,
        backgroundColor: look.surface,
        borderColor: look["strong-line"],
        textStyle: { color: look.text, fontSize: 12, fontFamily: look.face },
      },
      aria: { enabled: true, label: { enabled: false } },
    };
  }

  function draw(figure) {
    const plot = figure.querySelector(".plot");
    plot.hidden = false;
    const table = readTable(figure);
    const look = readLook();
    const { option, points, height } = window.segrecCharts[figure.dataset.chart](table, look);
    if (height) plot.style.height = `${height}px`;
    const chart = echarts.getInstanceByDom(plot) || echarts.init(plot, null, { renderer: "canvas" });
    const base = frame(look, table.isNarrow);
    chart.setOption({ ...base, ...option, grid: { ...base.grid, ...option.grid }, tooltip: { ...base.tooltip, ...option.tooltip }, aria: { ...base.aria, ...option.aria } }, true);
    figure.points = points;
    return chart;
  }

  const go = (link) => { if (link) location.assign(link); };

  // ECharts knows no keyboard: arrows walk through the values, Enter opens what one counts.
  function listen(figure, chart) {
    const plot = figure.querySelector(".plot");
    const said = document.createElement("p");
    plot.after(said);
    said.className = "said visually-hidden";
    said.setAttribute("aria-live", "polite");
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-roledescription", "chart");
    plot.setAttribute("aria-label", `${figure.querySelector("h3").textContent} Arrow keys walk through the values, Enter opens what one counts; the table below has them all.`);
    let place = -1;
    const isAt = (point, event) => point.series === event.seriesIndex && point.index === event.dataIndex && (point.type || "node") === (event.dataType || "node");
    chart.on("click", (event) => go(figure.points.find((point) => isAt(point, event))?.link));
    chart.on("mouseover", (event) => { plot.classList.toggle("leads", Boolean(figure.points.find((point) => isAt(point, event))?.link)); });
    chart.on("mouseout", () => plot.classList.remove("leads"));
    const show = (next) => {
      const { points } = figure;
      clear();
      place = (next + points.length) % points.length;
      const { type, text } = points[place];
      chart.dispatchAction({ type: "highlight", ...target() });
      // A flow has no tooltip that could be asked for, so what is said of it shows.
      if (!type) chart.dispatchAction({ type: "showTip", ...target() });
      said.classList.toggle("visually-hidden", !type);
      said.textContent = text;
    };
    const target = () => {
      const { series, index, type } = figure.points[place];
      return { seriesIndex: series, dataIndex: index, dataType: type };
    };
    const clear = () => {
      if (place >= 0) chart.dispatchAction({ type: "downplay", ...target() });
      chart.dispatchAction({ type: "hideTip" });
      said.classList.add("visually-hidden");
    };
    plot.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
      if (event.key in steps) show(place < 0 && steps[event.key] < 0 ? -1 : place + steps[event.key]);
      else if (event.key === "Home") show(0);
      else if (event.key === "End") show(-1);
      else if (event.key === "Enter" && place >= 0) go(figure.points[place].link);
      else if (event.key === "Escape") clear();
      else return;
      event.preventDefault();
    });
    plot.addEventListener("blur", clear);
  }

  // Charts are drawn when they come near the window, and again when its width or the colours change.
  const widths = new Map();
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (widths.get(target) === target.clientWidth) continue;
      widths.set(target, target.clientWidth);
      echarts.getInstanceByDom(target)?.resize();
      draw(target.closest("figure"));
    }
  });
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const chart = draw(target);
      listen(target, chart);
      const plot = target.querySelector(".plot");
      widths.set(plot, plot.clientWidth);
      sizes.observe(plot);
    }
  }, { rootMargin: "400px" });
  for (const figure of figures) near.observe(figure);

  const redraw = () => { for (const figure of figures) if (figure.points) draw(figure); };
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => { for (const figure of figures) if (!figure.points) draw(figure); });
})();
