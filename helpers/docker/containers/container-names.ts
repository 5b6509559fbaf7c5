/** Splits `[HOST/]NAME`, as commands name a container. */
export function splitPlace(word: string): {
  readonly host: string | undefined;
  readonly name: string;
} {
  const [, host, name = word] = /^([^/]+)\/(.+)$/.exec(word) ?? [];
  return { host, name };
}

/** Returns true if a word means a container: its name, the start of its ID, or the name of a task without its ID (`web.1`). */
export function isContainer(
  word: string,
  { id, name }: { readonly id: string; readonly name: string },
): boolean {
  if (name === word) return true;
  if (word.length >= 12 && id.startsWith(word)) return true;
  return /\.\d+$/.test(word) && name.startsWith(`${word}.`);
}
