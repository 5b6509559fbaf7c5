import { globSync } from 'node:fs';
import { findSimilar } from '../process/text/suggest-name.ts';

/** Explains why a run found no test file. */
export function describeNoFiles(
  filters: readonly string[],
  projects: readonly string[],
  files: readonly string[] = globSync('specs/**/*.spec.ts').toSorted(),
): string {
  const of = `project${projects.length === 1 ? '' : 's'} ${projects.join(', ')}`;
  if (filters.length === 0) return `no test file in ${of}`;
  const head = `no test file matches ${filters.map((one) => `"${one}"`).join(', ')} in ${of}`;
  const other = files.find((file) => filters.some((one) => file.includes(one)));
  if (other !== undefined) return `${head}. ${other} belongs to another project.`;
  const nearest = filters.flatMap((one) => nearestFile(one, files) ?? []);
  return nearest.length === 0 ? head : `${head}. Did you mean ${nearest.join(', ')}?`;
}

/** By its path, or by its last word: `car-endpiont` is near `specs/seed/car-endpoint.spec.ts`. */
function nearestFile(typed: string, files: readonly string[]): string | undefined {
  const [whole] = findSimilar(typed, files);
  if (whole !== undefined) return whole;
  const [short] = findSimilar(shortOf(typed), files.map(shortOf));
  return files.find((file) => shortOf(file) === short);
}

function shortOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.spec\.ts$/, '');
}
