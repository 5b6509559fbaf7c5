import { isIP } from 'node:net';

/** The address at which metrics are served. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Parses `9469`, `:9469`, `10.0.0.1:9469` or `[::1]:9469`; undefined for anything else. A port alone means this computer:
 * metrics name hosts and networks, so the user opens them to others explicitly, with `0.0.0.0:9469`.
 */
export function parseMetricsAddress(text: string): MetricsAddress | undefined {
  const [, bracketed, plain = '', digits = ''] =
    /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port < 1 || port > 65_535) return undefined;
  if (bracketed !== undefined) {
    return isIP(bracketed) === 6 ? { host: bracketed, port } : undefined;
  }
  if (plain === '' || plain === 'localhost') return { host: '127.0.0.1', port };
  return isIP(plain) === 4 ? { host: plain, port } : undefined;
}

/** The URL of the metrics. */
export function urlOf({ host, port }: MetricsAddress): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`;
}
