/** The colors of all pictures by purpose: for light and dark backgrounds. */
export const palette = {
  paper: ['#ffffff', '#14181f'],
  card: ['#f5f6f8', '#1e242d'],
  line: ['#c3c9d2', '#465160'],
  ink: ['#1d2430', '#e8ecf1'],
  soft: ['#5a6675', '#a3afbe'],
  bad: ['#c21f1f', '#ff7b72'],
  'bad-paper': ['#fdecec', '#3d1d1f'],
  good: ['#17803d', '#56d364'],
  warn: ['#946200', '#e3b341'],
  'net-0': ['#1f6feb', '#6cb6ff'],
  'net-1': ['#8b3fc7', '#d2a8ff'],
  'net-2': ['#0b7a75', '#4fd1c5'],
  'net-3': ['#b0530b', '#ffa657'],
  'net-4': ['#6b6f00', '#d4d35a'],
} as const satisfies Readonly<Record<string, readonly [light: string, dark: string]>>;

export type Color = keyof typeof palette;

/** Returns the palette as CSS variables. */
export function variables(paper: 'light' | 'dark'): string {
  return Object.entries(palette)
    .map(([name, [light, dark]]) => `--${name}: ${paper === 'light' ? light : dark};`)
    .join(' ');
}
