import type {
  BalancerTables,
  MeshRules,
  VirtualService,
} from '../../model/views/balancing-view.ts';

/** The virtual services of one namespace that are kept at most, and the real servers of each: more are no services' work. */
const MOST = 10_000;

/**
 * Reads `/proc/net/ip_vs`: virtual services with a firewall mark, as engines create them for services, and their real
 * servers. Addresses are hexadecimal; other kinds of virtual services are left out.
 */
export function readVirtualServices(text: string): VirtualService[] {
  const services: { mark: number; servers: VirtualService['servers'][number][] }[] = [];
  let current: (typeof services)[number] | undefined;
  for (const line of text.split('\n')) {
    const [, mark] = /^FWM +([\dA-F]{8}) /.exec(line) ?? [];
    if (mark !== undefined) {
      current = { mark: Number.parseInt(mark, 16), servers: [] };
      if (services.length < MOST) services.push(current);
    } else if (/^\w/.test(line)) current = undefined;
    const [, address, forward = '', weight] =
      /^ +-> ([\dA-F]{8}):[\dA-F]{4} +(\w+) +(\d{1,10}) /.exec(line) ?? [];
    if (current === undefined || address === undefined || current.servers.length >= MOST) continue;
    current.servers.push({ address: dotted(address), weight: Number(weight), forward });
  }
  return services;
}

/** Reads `/proc/net/ip_vs_conn`: the virtual addresses of TCP connections that are open. */
export function readOpenConnections(text: string): string[] {
  const found = [...text.matchAll(/^TCP +[\dA-F]{8} [\dA-F]{4} ([\dA-F]{8}) .* ESTABLISHED /gm)];
  return [...new Set(found.map(([, address = '']) => dotted(address)))];
}

function dotted(hexadecimal: string): string {
  return [...Buffer.from(hexadecimal, 'hex')].join('.');
}

/** Reads the host's own addresses out of `/proc/net/fib_trie`, without starting a program. */
export function readLocalAddresses(text: string): string[] {
  const found = [...text.matchAll(/\|-- (\d{1,3}(?:\.\d{1,3}){3})\n +\/32 host LOCAL/g)];
  return [...new Set(found.map(([, address = '']) => address))];
}

/** Reads `iptables-save`: the rules of a load balancer that mark packets and rewrite their sources. */
export function readBalancerRules(output: string): Pick<BalancerTables, 'marks' | 'sources'> {
  const marks: BalancerTables['marks'][number][] = [];
  const sources: string[] = [];
  for (const line of output.split('\n')) {
    const [, chain, rest = ''] =
      /^(?:\[\d+:\d+\] )?-A (PREROUTING|INPUT|OUTPUT|POSTROUTING) (.*)$/.exec(line) ?? [];
    if (chain === undefined) continue;
    const [, hexadecimal] =
      / ?-j MARK --set-x?mark 0x([\da-f]{1,8})(?:\/0xffffffff)?$/.exec(rest) ?? [];
    const mark = Number.parseInt(hexadecimal ?? '', 16);
    const [, address] = /^-d (\d{1,3}(?:\.\d{1,3}){3})\/32 -j/.exec(rest) ?? [];
    const [, protocol, port] =
      /^-p (tcp|udp|sctp) (?:-m \w+ )?--dport (\d{1,5}) -j/.exec(rest) ?? [];
    const [, source] =
      / -m ipvs --ipvs -j SNAT --to-source (\d{1,3}(?:\.\d{1,3}){3})$/.exec(rest) ?? [];
    if (source !== undefined) sources.push(source);
    if (Number.isNaN(mark) || marks.length >= MOST) continue;
    if (address !== undefined) marks.push({ by: 'address', chain, address, mark });
    if (protocol !== undefined)
      marks.push({ by: 'port', chain, protocol, port: Number(port), mark });
  }
  return { marks, sources };
}

/** Reads `iptables-save -t nat` of a host: the rules for ports in the routing mesh. */
export function readMeshRules(output: string): MeshRules {
  const lines = output.split('\n').map((line) => line.replace(/^\[\d+:\d+\] /, ''));
  const ports = lines.flatMap((line): MeshRules['ports'][number][] => {
    const [, protocol, port, destination] =
      /^-A DOCKER-INGRESS -p (tcp|udp|sctp) (?:-m \w+ )?--dport (\d{1,5}) -j DNAT --to-destination (\d{1,3}(?:\.\d{1,3}){3}):\2$/.exec(
        line,
      ) ?? [];
    if (protocol === undefined || destination === undefined) return [];
    return [{ protocol, port: Number(port), destination }];
  });
  return {
    hasChain: lines.some((line) => line.startsWith(':DOCKER-INGRESS ')),
    isReached: lines.some((line) => /^-A PREROUTING .*-j DOCKER-INGRESS$/.test(line)),
    ports: ports.slice(0, MOST),
  };
}
