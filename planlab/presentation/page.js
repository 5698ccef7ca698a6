"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  let views = [], highlight = -1, turn = 0;

  const config = () => {
    const [ink, soft, line, grid, card] = ["ink", "soft", "line", "grid", "card"].map(colour);
    const palette = Array.from({ length: 8 }, (_, k) => colour(`c${k}`));
    const font = getComputedStyle(root).fontFamily;
    return {
      background: "transparent",
      font,
      view: { stroke: null },
      range: { category: palette },
      axis: {
        labelColor: soft, titleColor: soft, gridColor: grid, domainColor: line, tickColor: line, labelFontSize: 12,
        titleFontSize: 12, titleFontWeight: "normal", titlePadding: 10, labelPadding: 5, ticks: false, domain: false,
      },
      text: { fontSize: 12.5, color: ink },
      style: {
        zero: { color: soft, opacity: 0.45 },
        bound: { color: ink, opacity: 0.75 },
        "bound-text": { fill: ink, fontStyle: "italic", fontSize: 12.5 },
        name: { fontSize: 12.5 },
        value: { fontSize: 12.5 },
        lying: { fill: card, strokeWidth: 2.2 },
      },
    };
  };

  async function draw() {
    const mine = ++turn;
    const look = config();
    views.forEach((view) => view.finalize());
    views = [];
    for (const place of document.querySelectorAll("[data-chart]")) {
      const spec = { ...charts[place.dataset.chart], config: look };
      try {
        const drawn = await window.planlabEmbed(place, spec, {
          mode: "vega-lite", ast: true, renderer: "svg", actions: false, tooltip: { theme: "planlab" },
        });
        if (mine !== turn) return drawn.view.finalize();
        views.push(drawn.view);
      } catch (error) {
        place.textContent = "This chart could not be drawn; its numbers are in the tables.";
        console.error(error);
      }
    }
    show();
    root.dataset.drawn = String(views.length);
  }

  function show() {
    views.forEach((view) => view.signal("highlight", highlight).runAsync());
    for (const element of document.querySelectorAll("[data-mechanism]")) {
      const same = Number(element.dataset.mechanism) === highlight;
      if (element.matches("button")) element.setAttribute("aria-pressed", String(same));
      else element.classList.toggle("dimmed", highlight >= 0 && !same);
    }
  }

  for (const button of document.querySelectorAll("button[data-mechanism]")) {
    button.addEventListener("click", () => {
      const chosen = Number(button.dataset.mechanism);
      highlight = chosen === highlight ? -1 : chosen;
      show();
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", () => { highlight = -1; show(); });
  draw();
})();
