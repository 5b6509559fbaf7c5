/**
 * The same document, fit to be shown to others: home folders without their user's name, and URLs without what one logs
 * in with.
 */
export function hideUser<T>(document: T, home: string): T {
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) =>
    typeof value === 'string' ? hideInText(value, home) : value,
  ) as T;
}

function hideInText(text: string, home: string): string {
  return (home.length > 1 ? replaceFolder(text, home) : text)
    .replaceAll(/(^|[\s'"«=:])\/(?:home|Users)\/[^/\s'"»:]+/g, '$1~')
    .replaceAll(/(\b[a-z][a-z+.-]*:\/\/)[^/\s@]+@/g, '$1');
}

/** The folder itself and all below it, but no other whose name begins the same. */
function replaceFolder(text: string, folder: string): string {
  return text
    .split(folder)
    .reduce((before, after) => `${before}${/^[\w.-]/.test(after) ? folder : '~'}${after}`);
}
