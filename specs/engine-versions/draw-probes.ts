import { longestGap, type Probe } from './probes.ts';

/** A step during which the probes ran. */
export interface Step {
  readonly what: string;
  /** In seconds of the kernel's clock. */
  readonly from: number;
  readonly to: number;
}

export interface Row {
  readonly name: string;
  readonly probes: readonly Probe[];
}

const WIDTH = 900;
const LEFT = 120;
const TOP = 40;
const ROW = 40;

/** Draws all probes over time: a row for each side, with a green mark for an answer, a red one for a loss. */
export function drawProbes(rows: readonly Row[], steps: readonly Step[]): string {
  const times = rows.flatMap(({ probes }) => probes.map(({ at }) => at));
  const first = Math.min(...times);
  const last = Math.max(...times);
  const x = (at: number) =>
    (LEFT + ((at - first) / (last - first)) * (WIDTH - LEFT - 10)).toFixed(1);
  const height = TOP + rows.length * ROW + 10;
  const shades = steps.map(
    ({ what, from, to }) =>
      `<rect x="${x(from)}" y="20" width="${Number(x(to)) - Number(x(from))}" height="${height - 30}" fill="#eee"/>` +
      `<text x="${x(from)}" y="15">${what}</text>`,
  );
  const lines = rows.flatMap(({ name, probes }, index) => {
    const y = TOP + index * ROW;
    const marks = probes.map(
      ({ at, answered }) =>
        `<rect x="${x(at)}" y="${y}" width="1.5" height="20" fill="${answered ? '#2a2' : '#d22'}"/>`,
    );
    const gaps = steps.map((step) => {
      const { from, to } = longestGap(probes, step.from, step.to);
      return `<text x="${x(from)}" y="${y + 32}">${(to - from).toFixed(2)} s</text>`;
    });
    return [`<text x="5" y="${y + 14}">${name}</text>`, ...marks, ...gaps];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...shades,
    ...lines,
    '</svg>',
  ].join('\n');
}
