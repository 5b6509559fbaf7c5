import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The Debian releases that packages can come from. */
export const RELEASES = ['bullseye', 'bookworm', 'trixie', 'forky'] as const;

export type Suite = (typeof RELEASES)[number];

/** One repository in apt's configuration on this host. */
export interface AptEntry {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** Returns all repositories with binary packages in `folder` (sources.list and sources.list.d/), in apt's order. */
export async function readAptEntries(folder = '/etc/apt'): Promise<AptEntry[]> {
  const parts = join(folder, 'sources.list.d');
  const names = (await readdir(parts).catch((): string[] => [])).sort((a, b) => (a < b ? -1 : 1));
  const files = [join(folder, 'sources.list'), ...names.map((name) => join(parts, name))];
  const entries = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8').catch(() => '');
      if (file.endsWith('.sources')) return parseStanzas(text);
      return file.endsWith('.list') ? parseLines(text) : [];
    }),
  );
  return entries.flat();
}

/** Parses the one-line format: `deb [signed-by=…] URI SUITE COMPONENT…`. */
export function parseLines(text: string): AptEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S.*)$/.exec(line.replace(/#.*/, ''));
    if (match === null) return [];
    const [uri, suite, ...components] = splitUri(match[2] ?? '');
    if (uri === undefined || suite === undefined) return [];
    return [{ uri, suite, components, options: parseOptions(match[1] ?? '') }];
  });
}

/** Splits an entry after its URI. The URI of a disc has spaces in its brackets: `cdrom:[Debian GNU/Linux 13 …]/`. */
function splitUri(text: string): string[] {
  const words: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = words.at(-1) ?? '';
    const isOpen = last.lastIndexOf('[') > last.lastIndexOf(']');
    if (isOpen) words[words.length - 1] = `${last} ${word}`;
    else words.push(word);
  }
  return words;
}

function parseOptions(text: string): Record<string, string> {
  const pairs = text.split(/\s+/).flatMap((word) => {
    const at = word.indexOf('=');
    return at < 1 ? [] : [[word.slice(0, at).toLowerCase(), word.slice(at + 1)] as const];
  });
  return Object.fromEntries(pairs);
}

/** Parses the deb822 format: stanzas of `Field: value`, in which continuation lines begin with a space or tab. */
export function parseStanzas(text: string): AptEntry[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap((stanza) => entriesOf(parseFields(stanza)));
}

function parseFields(stanza: string): Record<string, string> {
  const fields = stanza.replaceAll(/\n[ \t]+/g, ' ').matchAll(/^([\w-]+):(.*)$/gm);
  return Object.fromEntries(
    [...fields].map(([, name = '', value = '']) => [name.toLowerCase(), value.trim()]),
  );
}

function entriesOf(fields: Record<string, string>): AptEntry[] {
  const words = (name: string) => (fields[name] ?? '').split(/\s+/).filter((word) => word !== '');
  if (!words('types').includes('deb') || /^(no|false|0|off)$/i.test(fields['enabled'] ?? '')) {
    return [];
  }
  const components = words('components');
  return words('uris').flatMap((uri) =>
    words('suites').map((suite) => ({ uri, suite, components, options: fields })),
  );
}

const MOVING = 'sid unstable testing stable oldstable oldoldstable'.split(' ');

const SUITES: ReadonlySet<string> = new Set([...RELEASES, ...MOVING]);

/**
 * Returns the mirror of Debian's archive in this host's sources: from an entry of `suite` if possible, otherwise of any
 * other release, because a mirror has all releases. Ignores discs, entries that apt trusts without a signature, and
 * entries signed by another key: third-party repositories also use the names of Debian's releases.
 */
export function chooseMirror(entries: readonly AptEntry[], suite: Suite): string | undefined {
  const debian = entries.filter(isDebian);
  return (debian.find((entry) => entry.suite === suite) ?? debian[0])?.uri;
}

/**
 * Returns the mirror of the security updates of `suite`: this host's entry for the security updates of any release,
 * because one mirror has all of them; otherwise, the usual path on the mirror of the archive. Returns undefined if
 * neither is known.
 */
export function chooseSecurityMirror(
  entries: readonly AptEntry[],
  mirror: string,
): string | undefined {
  const own = entries.find(
    (entry) => entry.suite.endsWith('-security') && isSignedByDebian(entry),
  )?.uri;
  if (own !== undefined) return own;
  return /\/debian\/?$/.test(mirror) ? mirror.replace(/\/?$/, '-security') : undefined;
}

function isDebian(entry: AptEntry): boolean {
  return SUITES.has(entry.suite) && isSignedByDebian(entry);
}

function isSignedByDebian({ uri, components, options }: AptEntry): boolean {
  const signedBy = options['signed-by'] ?? '';
  return (
    !uri.startsWith('cdrom:') &&
    components.includes('main') &&
    !/^(yes|true|1|on)$/i.test(options['trusted'] ?? '') &&
    (signedBy === '' || signedBy.includes('debian-archive-'))
  );
}
