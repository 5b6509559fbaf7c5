/** A number of things in words: «1 defect», «3 defects». */
export function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
