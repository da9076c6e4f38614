import type { KnownFigure } from "./known.ts";

const width = 760;
const labelWidth = 236;
const rowHeight = 30;
const barHeight = 18;
const headHeight = 44;
const axisHeight = 24;

/** One row of the chart; `ours` is drawn in the accent colour. */
export interface ChartRow extends KnownFigure {
  readonly ours: boolean;
}

/**
 * Draws runs/s and CPU per run as an SVG: two panels of bars on logarithmic scales (the figures span two powers of ten),
 * each bar with its number and each power of ten with a line, readable on light and dark ground and without colour. Pure.
 */
export function drawChart(rows: readonly ChartRow[], caption: string): string {
  const panelHeight = headHeight + rows.length * rowHeight + axisHeight;
  const height = 2 * panelHeight + 40;
  const speed = panel(rows, 0, "Runs per second, logarithmic scale (more is better)", (row) => row.runsPerSecond, 10);
  const cost = panel(
    rows,
    panelHeight,
    "CPU milliseconds per run, logarithmic scale (less is better)",
    (row) => row.cpuMsPerRun,
    0.1,
  );
  const note = `<text x="8" y="${height - 12}" class="note">${escaped(caption)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(labelOf(rows))}">
<style>
  .ground{fill:#fff}text{font:14px system-ui,sans-serif;fill:#1b212b}.head{font-weight:600}.note{font-size:12px;fill:#4a5563}
  .bar{fill:#9aa6b5}.grid{stroke:#d5dae1}.ours{fill:#2456c7}.us{font-weight:600}
  @media(prefers-color-scheme:dark){.ground{fill:#12161c}text{fill:#e8ecf2}.note{fill:#aeb8c5}.bar{fill:#5a6675}.grid{stroke:#2c3541}.ours{fill:#8fb2ff}}
</style>
<rect class="ground" width="${width}" height="${height}"/>
${speed}
${cost}
${note}
</svg>
`;
}

function panel(
  rows: readonly ChartRow[],
  top: number,
  title: string,
  figureOf: (row: ChartRow) => number,
  least: number,
): string {
  const most = Math.max(...rows.map(figureOf));
  const room = width - labelWidth - 80;
  const lengthOf = (value: number): number => Math.max(2, (Math.log(value / least) / Math.log(most / least)) * room);
  const bottom = top + headHeight + rows.length * rowHeight;
  const grid = powersOfTen(least, most).map((value) => {
    const x = (labelWidth + lengthOf(value)).toFixed(1);
    return [
      `<line class="grid" x1="${x}" y1="${top + headHeight - 6}" x2="${x}" y2="${bottom}"/>`,
      `<text x="${x}" y="${bottom + 14}" text-anchor="middle" class="note">${value.toLocaleString("en-US")}</text>`,
    ].join("");
  });
  const lines = rows.map((row, index) => {
    const y = top + headHeight + index * rowHeight;
    const value = figureOf(row);
    const length = lengthOf(value);
    const mark = row.ours ? ' class="us"' : "";
    return [
      `<text x="${labelWidth - 8}" y="${y + 14}" text-anchor="end"${mark}>${escaped(row.name)}</text>`,
      `<rect class="${row.ours ? "ours" : "bar"}" x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
      `<text x="${(labelWidth + length + 8).toFixed(1)}" y="${y + 14}"${mark}>${format(value)}</text>`,
    ].join("");
  });
  return [`<text x="8" y="${top + 26}" class="head">${escaped(title)}</text>`, ...grid, ...lines].join("\n");
}

function powersOfTen(least: number, most: number): readonly number[] {
  const first = Math.ceil(Math.log10(least));
  const last = Math.floor(Math.log10(most));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

function format(value: number): string {
  return value >= 10 ? Math.round(value).toLocaleString("en-US") : value.toFixed(2);
}

function labelOf(rows: readonly ChartRow[]): string {
  const said = rows.map((row) => `${row.name}: ${format(row.runsPerSecond)} runs/s, ${format(row.cpuMsPerRun)} ms CPU`);
  return `Runs per second and CPU per run. ${said.join("; ")}.`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
