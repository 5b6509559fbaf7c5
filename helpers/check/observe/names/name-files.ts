import type { Probe } from '../../probe/probe.ts';

/** The files of a container for name resolution. */
export interface NameFiles {
  /** The lines of /etc/hosts. */
  readonly hosts: readonly { readonly address: string; readonly names: readonly string[] }[];
  /** Of /etc/resolv.conf, in their order. */
  readonly nameServers: readonly string[];
}

/** Reads them as the process has them; undefined when it has ended. */
export async function readNameFiles(
  probe: Probe,
  pid: number,
  signal: AbortSignal,
): Promise<NameFiles | undefined> {
  const root = `/proc/${pid}/root`;
  const [own, hosts, servers] = await probe.read(
    [`/proc/${pid}/stat`, `${root}/etc/hosts`, `${root}/etc/resolv.conf`],
    { signal },
  );
  if (own === undefined || 'error' in own) return undefined;
  return {
    hosts: parseHosts(textOf(hosts)),
    nameServers: parseNameServers(textOf(servers)),
  };
}

function textOf(file: Awaited<ReturnType<Probe['read']>>[number] | undefined): string {
  return file !== undefined && 'text' in file ? file.text : '';
}

/** @see hosts(5) */
export function parseHosts(text: string): NameFiles['hosts'] {
  return wordsOf(text).flatMap(([address = '', ...names]) =>
    names.length === 0 ? [] : [{ address, names }],
  );
}

/** @see resolv.conf(5) */
export function parseNameServers(text: string): string[] {
  return wordsOf(text).flatMap(([keyword, address]) =>
    keyword === 'nameserver' && address !== undefined ? [address] : [],
  );
}

function wordsOf(text: string): string[][] {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/[#;].*/, '')
        .trim()
        .split(/\s+/),
    )
    .filter(([first]) => first !== '');
}
