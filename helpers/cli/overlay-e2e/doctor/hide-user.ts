/**
 * Returns the document without personal data: home folders without the user's name, URLs without credentials.
 */
export function hideUser<T>(document: T, home: string): T {
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) =>
    typeof value === 'string' ? hideInText(value, home) : value,
  ) as T;
}

function hideInText(text: string, home: string): string {
  return (home.length > 1 ? replaceFolder(text, home) : text)
    .replaceAll(/(^|[\s'"\u00AB=:])\/(?:home|Users)\/[^/\s'"\u00BB:]+/g, '$1~')
    .replaceAll(/(\b[a-z][a-z+.-]*:\/\/)[^/\s@]+@/g, '$1');
}

/** The folder itself and all below it, but no other whose name begins the same. */
function replaceFolder(text: string, folder: string): string {
  return text
    .split(folder)
    .reduce((before, after) => `${before}${/^[\w.-]/.test(after) ? folder : '~'}${after}`);
}
