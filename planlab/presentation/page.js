"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const NARROW = 430;  // as in page.css
  let views = [], highlight = -1, turn = 0, rooms = "";

  const places = () => [...document.querySelectorAll("[data-chart]")];
  const isNarrow = (place) => place.clientWidth < NARROW;

  const config = () => {
    const [ink, soft, line, grid, card] = ["ink", "soft", "line", "grid", "card"].map(colour);
    const palette = Array.from({ length: 8 }, (_, k) => colour(`c${k}`));
    const font = getComputedStyle(root).fontFamily;
    return {
      background: "transparent",
      font,
      view: { stroke: null },
      mark: { color: palette[0] },
      range: { category: palette },
      axis: {
        labelColor: soft, titleColor: soft, gridColor: grid, domainColor: line, tickColor: line, labelFontSize: 12,
        titleFontSize: 12, titleFontWeight: "normal", titlePadding: 10, labelPadding: 5, labelFlush: false, ticks: false,
        domain: false,
      },
      text: { fontSize: 12.5, color: ink },
      style: {
        zero: { color: soft, opacity: 0.45 },
        bound: { color: ink, opacity: 0.75 },
        "bound-text": { fill: ink, fontStyle: "italic", fontSize: 12.5 },
        name: { fontSize: 12.5 },
        value: { fontSize: 12.5 },
        spread: { color: ink, strokeWidth: 1.3 },
        lying: { fill: card, strokeWidth: 2.2 },
      },
    };
  };

  async function draw() {
    const mine = ++turn;
    const look = config();
    views.forEach((view) => view.finalize());
    views = [];
    rooms = places().map(isNarrow).join();
    for (const place of places()) {
      const { chart, kind } = place.dataset;
      const found = charts[kind === undefined ? chart : `${chart}-${kind}`];
      const params = [{ name: "highlight", value: -1 }, { name: "narrow", value: isNarrow(place) }];
      const spec = { ...found, params, config: look };
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
  for (const choice of document.querySelectorAll("select[data-kinds]")) {
    choice.addEventListener("change", () => {
      for (const place of choice.closest("section").querySelectorAll("[data-kind]")) place.dataset.kind = choice.value;
      draw();
    });
  }

  const boxes = [...document.querySelectorAll(".scroll")];
  const hint = (box) => {
    const rest = box.scrollWidth - box.clientWidth;
    box.parentElement.classList.toggle("wide", rest > 1);
    box.parentElement.classList.toggle("left", box.scrollLeft > 1);
    box.parentElement.classList.toggle("right", rest - box.scrollLeft > 1);
  };
  for (const box of boxes) box.addEventListener("scroll", () => hint(box), { passive: true });
  boxes.forEach(hint);
  addEventListener("resize", () => {
    boxes.forEach(hint);
    if (places().map(isNarrow).join() !== rooms) draw();
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", () => { highlight = -1; show(); });
  draw();
})();
