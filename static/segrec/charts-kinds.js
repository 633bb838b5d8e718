// What each kind of chart looks like: a table's values in, ECharts' options and the points to walk through out.
"use strict";
window.segrecCharts = (() => {
  const percent = (value) => `${(100 * value).toLocaleString("en-GB", { maximumFractionDigits: value && Math.abs(value) < 0.0995 ? 1 : 0 })} %`;
  const short = (value) => Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 }).format(value);
  const shortMoney = (sign) => (value) => `${value < 0 ? "−" : ""}${sign}${short(Math.abs(value))}`;
  // The face too: room for labels is measured before they take it from the chart.
  const label = (look, over = {}) => ({ color: look.muted, fontSize: 12, fontFamily: look.face, ...over });
  const quiet = { axisTick: { show: false }, axisLine: { show: false } };
  const values = (look, format, over = {}) => ({
    type: "value",
    ...quiet,
    splitNumber: 4,
    splitLine: { lineStyle: { color: look.line } },
    axisLabel: label(look, { formatter: format }),
    ...over,
  });
  const names = (look, data, over = {}) => ({
    type: "category",
    data,
    ...quiet,
    axisLine: { show: true, lineStyle: { color: look["strong-line"] } },
    axisLabel: label(look),
    ...over,
  });
  const legend = (look, data) => ({ data, top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: look.text, fontSize: 12 }, icon: "roundRect" });
  const whole = (table, row) =>
    [row.cells[0].name, ...table.columns.slice(1).map((column, place) => `${column.name}: ${row.cells[place + 1].text}`)].join("\n");
  const customers = (count) => `${Number(count).toLocaleString("en-GB")} customer${Number(count) === 1 ? "" : "s"}`;
  const clipped = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
  const emphasis = (look) => ({ itemStyle: { borderColor: look.text, borderWidth: 2 } });

  // One point a row, on the first series; its text is the whole row.
  const rowPoints = (table) =>
    table.rows.map((row, index) => ({ series: 0, index, text: whole(table, row), link: row.links[0] || row.link }));

  function days(table, look) {
    const [, now, before] = table.drawn;
    const of = (column) => table.rows.map((row) => row.cells[column.place].value);
    const series = [{ name: now.name, type: "bar", data: of(now), itemStyle: { color: look["chart-1"], borderRadius: [2, 2, 0, 0] }, barCategoryGap: "25%", emphasis: emphasis(look) }];
    if (before) series.push({ name: before.name, type: "line", data: of(before), step: "middle", symbol: "none", lineStyle: { color: look.muted, width: 1.5, type: "dashed" }, itemStyle: { color: look.muted } });
    return {
      option: {
        legend: before && legend(look, [now.name, before.name]),
        grid: { top: before ? 36 : 16 },
        xAxis: names(look, table.rows.map((row) => row.cells[0].text), { axisLabel: label(look, { hideOverlap: true, formatter: (text) => text.replace(/^\w+ /, "") }) }),
        yAxis: values(look, shortMoney(table.sign)),
        tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: ([first]) => whole(table, table.rows[first.dataIndex]) },
        series,
      },
      points: rowPoints(table),
    };
  }

  function lorenz(table, look) {
    const curve = table.rows.map((row) => table.drawn.map((column) => row.cells[column.place].value));
    const tenth = curve.findIndex(([customers]) => Math.abs(customers - 0.1) < 1e-9);
    return {
      option: {
        xAxis: values(look, percent, { min: 0, max: 1, interval: 0.2, name: "of customers, who spent most first", nameLocation: "middle", nameGap: 28, nameTextStyle: { color: look.muted }, splitLine: { show: false } }),
        yAxis: values(look, percent, { min: 0, max: 1, interval: 0.2 }),
        grid: { bottom: 24, right: 28 },
        tooltip: { trigger: "item", formatter: ({ dataIndex }) => (dataIndex ? whole(table, table.rows[dataIndex - 1]) : "") },
        series: [
          {
            type: "line",
            data: [[0, 0], ...curve],
            symbolSize: (_, { dataIndex }) => (dataIndex ? 7 : 0),
            symbol: "circle",
            lineStyle: { color: look["chart-1"], width: 2.5 },
            itemStyle: { color: look["chart-1"] },
            areaStyle: { color: look["chart-1"], opacity: 0.12 },
            emphasis: { scale: 2 },
            markPoint: tenth < 0 ? undefined : {
              symbol: "circle",
              symbolSize: 1,
              data: [{ coord: curve[tenth] }],
              label: { show: true, position: "right", distance: 12, color: look.text, fontSize: 12, fontWeight: 600, formatter: `10 % bring ${percent(curve[tenth][1])}` },
              silent: true,
            },
          },
          { type: "line", data: [[0, 0], [1, 1]], symbol: "none", silent: true, lineStyle: { color: look.muted, type: "dashed", width: 1 }, tooltip: { show: false }, markPoint: { symbol: "circle", symbolSize: 1, silent: true, data: [{ coord: [0.62, 0.62] }], label: { show: true, position: "right", distance: 8, color: look.muted, formatter: "if all spent alike" } } },
        ],
      },
      points: table.rows.map((row, place) => ({ ...rowPoints(table)[place], index: place + 1 })),
    };
  }

  function stack(table, look) {
    const [, ...drawn] = table.drawn;
    const colours = [look["chart-2"], look["chart-1"], look["chart-3"]];
    return {
      option: {
        legend: legend(look, drawn.map((column) => column.name)),
        grid: { top: 36 },
        aria: { decal: { show: true } },
        xAxis: names(look, table.rows.map((row) => row.cells[0].text), { axisLabel: label(look, { hideOverlap: true }) }),
        yAxis: values(look, shortMoney(table.sign)),
        tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: ([first]) => whole(table, table.rows[first.dataIndex]) },
        series: drawn.map((column, place) => ({
          name: column.name,
          type: "bar",
          stack: "all",
          data: table.rows.map((row) => row.cells[column.place].value),
          itemStyle: { color: colours[place], borderColor: look.surface, borderWidth: 1 },
          barCategoryGap: "30%",
          emphasis: emphasis(look),
        })),
      },
      points: table.rows.flatMap((row, index) =>
        drawn.map((column, series) => ({
          series,
          index,
          text: `${row.cells[0].text}, ${column.name}: ${row.cells[column.place].text}`,
          // New and returning customers are listed by the columns that count them.
          link: row.cells[series < 2 ? series + 1 : column.place].link,
        }))),
    };
  }

  const sideNames = (table, look, list, most = 28) =>
    names(look, list, { inverse: true, axisLabel: label(look, { color: look.text, formatter: (text) => clipped(text, table.isNarrow ? 16 : most) }) });

  function bars(table, look) {
    const [name, amount, change] = table.drawn;
    const said = (row) => [row.cells[amount.place].text, change && row.cells[change.place].value !== null && row.cells[change.place].text].filter(Boolean).join("   ");
    return {
      height: 16 + 36 * table.rows.length,
      option: {
        grid: { right: change ? 132 : 84, top: 4 },
        xAxis: values(look, shortMoney(table.sign), { axisLabel: { show: false }, splitLine: { show: false } }),
        yAxis: sideNames(table, look, table.rows.map((row) => row.cells[name.place].value)),
        tooltip: { trigger: "item", formatter: ({ dataIndex }) => whole(table, table.rows[dataIndex]) },
        series: [{
          type: "bar",
          data: table.rows.map((row) => ({ value: row.cells[amount.place].value, itemStyle: { color: row.isRest ? look["chart-3"] : look["chart-1"] } })),
          barCategoryGap: "30%",
          itemStyle: { borderRadius: [0, 2, 2, 0] },
          label: { show: true, position: "right", color: look.text, fontSize: 12, formatter: ({ dataIndex }) => said(table.rows[dataIndex]) },
          emphasis: emphasis(look),
        }],
      },
      points: rowPoints(table),
    };
  }

  function heat(table, look) {
    const months = table.drawn.slice(1);
    const data = table.rows.flatMap((row, y) =>
      months.map((column, x) => [x, y, row.cells[column.place].value]).filter(([, , value]) => value !== null));
    // Colours go by ratio, as far as the strongest or weakest month, so that even seasons show.
    const ratio = (value) => Math.log2(Math.max(value, 0.01));
    const reach = Math.min(2, Math.max(Math.log2(1.25), ...data.map(([, , value]) => Math.abs(ratio(value)))));
    const points = data.map(([x, y, value]) => [x, y, Math.max(-reach, Math.min(reach, ratio(value))), value]);
    const text = ([x, y, , value]) => `${table.rows[y].cells[0].value}, ${months[x].name}: ${value.toFixed(2)} × its mean month`;
    return {
      height: 64 + 36 * table.rows.length,
      option: {
        grid: { right: 4, top: 4, bottom: 32 },
        xAxis: names(look, months.map((column) => column.name), { axisLine: { show: false }, axisLabel: label(look, { interval: 0, formatter: (name) => (table.isNarrow ? name[0] : name.slice(0, 3)) }) }),
        yAxis: { ...sideNames(table, look, table.rows.map((row) => row.cells[0].value), 24), axisLine: { show: false } },
        visualMap: { type: "continuous", dimension: 2, min: -reach, max: reach, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemWidth: 10, itemHeight: 90, text: [`${(2 ** reach).toFixed(1)} × the mean month`, `${(2 ** -reach).toFixed(1)} ×`], textGap: 8, textStyle: { color: look.muted, fontSize: 12 }, inRange: { color: [look["chart-low"], look["chart-even"], look["chart-high"]] } },
        tooltip: { trigger: "item", formatter: ({ value }) => text(value) },
        series: [{
          type: "heatmap",
          data: points,
          itemStyle: { borderColor: look.surface, borderWidth: 2, borderRadius: 3 },
          label: { show: !table.isNarrow, fontSize: 11, color: look.text, formatter: ({ value }) => value[3].toFixed(1) },
          emphasis: emphasis(look),
        }],
      },
      points: points.map((point, index) => ({ series: 0, index, text: text(point), link: table.rows[point[1]].cells[point[0] + 1].link || table.rows[point[1]].link })),
    };
  }

  function columns(table, look) {
    const [, ...drawn] = table.drawn;
    const colours = [look["chart-3"], look["chart-1"]];
    return {
      option: {
        legend: legend(look, drawn.map((column) => column.name)),
        grid: { top: 36 },
        aria: { decal: { show: true } },
        xAxis: names(look, table.rows.map((row) => row.cells[0].text), { axisLabel: label(look, { interval: 0, hideOverlap: true, color: look.text, width: table.isNarrow ? 48 : 90, overflow: "break" }) }),
        yAxis: values(look, percent),
        tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: ([first]) => whole(table, table.rows[first.dataIndex]) },
        series: drawn.map((column, place) => ({ name: column.name, type: "bar", data: table.rows.map((row) => row.cells[column.place].value), itemStyle: { color: colours[place], borderRadius: [2, 2, 0, 0] }, barGap: "8%", barCategoryGap: "32%", emphasis: emphasis(look) })),
      },
      points: rowPoints(table),
    };
  }

  function pairs(table, look) {
    const [name, ...drawn] = table.drawn;
    const pale = (colour) => (/^#\w{6}$/.test(colour) ? `${colour}66` : look["chart-3"]);
    return {
      height: 48 + 48 * table.rows.length,
      option: {
        legend: legend(look, drawn.map((column) => column.name)),
        grid: { top: 32, right: 56 },
        xAxis: values(look, percent, { axisLabel: { show: false }, splitLine: { show: false } }),
        yAxis: sideNames(table, look, table.rows.map((row) => row.cells[name.place].value)),
        tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: ([first]) => whole(table, table.rows[first.dataIndex]) },
        series: drawn.map((column, place) => ({
          name: column.name,
          type: "bar",
          color: place ? look.muted : look["chart-3"],
          data: table.rows.map((row) => ({ value: row.cells[column.place].value, itemStyle: { color: place ? row.colour || look["chart-3"] : pale(row.colour), borderRadius: [0, 2, 2, 0] } })),
          label: { show: true, position: "right", color: place ? look.text : look.muted, fontSize: 12, formatter: ({ value }) => (value === null || value === undefined ? "" : percent(value)) },
          barGap: "0%",
          barCategoryGap: "34%",
          emphasis: emphasis(look),
        })),
      },
      points: rowPoints(table),
    };
  }

  function sankey(table, look) {
    const nodes = new Map();
    const node = (side, cell, colour) => {
      const key = `${side}:${cell.value}`;
      if (!nodes.has(key)) nodes.set(key, { name: key, depth: side === "from" ? 0 : 1, itemStyle: { color: colour || look["chart-3"] }, label: { position: side === "from" ? "right" : "left" } });
      return key;
    };
    const colours = new Map(table.rows.map((row) => [row.cells[0].value, row.colour]));
    const links = table.rows.map((row) => ({
      source: node("from", row.cells[0], row.colour),
      target: node("to", row.cells[1], colours.get(row.cells[1].value)),
      value: row.cells[2].value,
    }));
    return {
      height: Math.max(260, 40 * Math.ceil(nodes.size / 2) + 40),
      option: {
        tooltip: { trigger: "item", formatter: ({ dataType, dataIndex, name, value }) => (dataType === "edge" ? `${table.rows[dataIndex].cells[0].value} → ${table.rows[dataIndex].cells[1].value}\n${customers(table.rows[dataIndex].cells[2].value)}` : `${name.replace(/^\w+:/, "")}\n${customers(value)}`) },
        series: [{
          type: "sankey",
          left: 4,
          right: 4,
          top: 8,
          bottom: 8,
          nodeWidth: 10,
          nodeGap: 14,
          layoutIterations: 32,
          draggable: false,
          data: [...nodes.values()],
          links,
          label: { color: look.text, fontSize: 12, fontWeight: 600, textBorderColor: look.surface, textBorderWidth: 3, formatter: ({ name }) => clipped(name.replace(/^\w+:/, ""), table.isNarrow ? 16 : 30) },
          lineStyle: { color: "source", opacity: 0.35, curveness: 0.5 },
          emphasis: { focus: "none", lineStyle: { opacity: 0.7 } },
        }],
      },
      points: table.rows.map((row, index) => ({ series: 0, index, type: "edge", text: `${row.cells[0].value} to ${row.cells[1].value}: ${customers(row.cells[2].value)}`, link: row.cells[2].link })),
    };
  }

  function whiskers(table, look) {
    const rows = table.rows.filter((row) => table.cell(row, "At least").value !== null);
    const centre = (row) => table.cell(row, "Taken off by discounts").value;
    const middle = Number(table.data.middle);
    return {
      height: 56 + 44 * rows.length,
      option: {
        grid: { top: 28, right: 32 },
        xAxis: values(look, percent, { scale: true }),
        yAxis: sideNames(table, look, rows.map((row) => row.cells[0].value)),
        tooltip: { trigger: "item", formatter: ({ dataIndex }) => whole(table, rows[dataIndex]) },
        series: [
          {
            type: "scatter",
            data: rows.map((row, y) => ({ value: [centre(row), y], itemStyle: { color: row.colour || look["chart-1"] } })),
            symbolSize: 14,
            z: 3,
            label: { show: true, position: "top", color: look.text, fontSize: 12, formatter: ({ dataIndex }) => `${(100 * centre(rows[dataIndex])).toFixed(1)} %` },
            markLine: middle ? { silent: true, precision: 6, symbol: "none", lineStyle: { color: look.muted, type: "dashed" }, label: { position: "start", formatter: `${table.data.middleName} ${(100 * middle).toFixed(1)} %`, color: look.muted, fontSize: 12 }, data: [{ xAxis: middle }] } : undefined,
            emphasis: { scale: 1.3 },
          },
          {
            type: "custom",
            silent: true,
            data: rows.map((row, y) => [table.cell(row, "At least").value, table.cell(row, "At most").value, y]),
            encode: { x: [0, 1], y: 2 },
            renderItem: (_, api) => {
              const [x1, y] = api.coord([api.value(0), api.value(2)]);
              const [x2] = api.coord([api.value(1), api.value(2)]);
              const style = { stroke: look.text, lineWidth: 1.5 };
              const line = (a, b, c, d) => ({ type: "line", shape: { x1: a, y1: b, x2: c, y2: d }, style });
              return { type: "group", children: [line(x1, y, x2, y), line(x1, y - 5, x1, y + 5), line(x2, y - 5, x2, y + 5)] };
            },
          },
        ],
      },
      points: rows.map((row, index) => ({ series: 0, index, text: whole(table, row), link: row.links[0] || row.link })),
    };
  }

  return { days, lorenz, stack, bars, heat, columns, pairs, sankey, whiskers };
})();
