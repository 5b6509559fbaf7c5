/** The results of a run of ping, of any implementation. */
export interface PingReport {
  /** The address of the name; undefined if it was not resolved. */
  readonly resolvedAddress: string | undefined;
  readonly transmitted: number;
  readonly received: number;
  readonly duplicates: number;
  /** The addresses of echo replies, each once. Errors from routers are not replies. */
  readonly from: readonly string[];
  /** In milliseconds, for each reply in order. */
  readonly roundTrips: readonly number[];
  /** The problems in ping's words: "Name or service not known", "message too long, mtu=1450". */
  readonly problems: readonly string[];
}

const address = String.raw`(\d{1,3}(?:\.\d{1,3}){3})`;
const banner = new RegExp(String.raw`^PING \S+ \(${address}\)`, 'm');
// "64 bytes from mysqlserver.my-net (10.0.9.3): icmp_seq=1 ttl=64 time=0.347 ms", "64 bytes from 10.0.9.3: seq=0 …"
const reply = new RegExp(
  String.raw`^\d+ bytes from (?:\S+ \()?${address}\)?: (?:icmp_)?seq=\d+ .*?time[=<]([\d.]+) ms(.*)$`,
  'gm',
);
const summary = /^(\d+) packets transmitted, (\d+) (?:packets )?received/m;
const problem =
  /^(?:From \S+(?: \([\d.]+\))?:? icmp_seq=\d+ (?<reported>.+)|(?:\S*\/)?ping: (?<own>.+))$/gm;

/** Parses the output of ping from iputils, busybox and inetutils. */
export function parsePing(output: string): PingReport {
  const replies = [...output.matchAll(reply)];
  const [, transmitted = '0', received = '0'] = summary.exec(output) ?? [];
  const problems = [...output.matchAll(problem)].map(
    ({ groups }) => groups?.['reported'] ?? groups?.['own'] ?? '',
  );
  return {
    resolvedAddress: banner.exec(output)?.[1],
    transmitted: Number(transmitted),
    received: Number(received),
    duplicates: replies.filter(([, , , rest = '']) => rest.includes('DUP')).length,
    from: [...new Set(replies.map(([, from = '']) => from))],
    roundTrips: replies.map(([, , time]) => Number(time)),
    problems: [...new Set(problems)],
  };
}
