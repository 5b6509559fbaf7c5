/**
 * On what the specs of a topology ran. It is told by labels of the result that tells of its set-up: they are in the
 * history too, and a run is compared with the one before.
 */
export interface RanOn {
  readonly provider: string;
  readonly machine: readonly string[];
  /** Versions, each once. */
  readonly engine: readonly string[];
  /** What holds the cluster’s state: «Consul 1.8.7». */
  readonly store: string;
  readonly kernel: readonly string[];
}

interface Labelled {
  readonly labels?:
    | readonly { readonly name: string; readonly value?: string | undefined }[]
    | undefined;
}

/** What a set-up’s result tells; undefined when it does not, as one that failed. */
export function readRanOn({ labels = [] }: Labelled): RanOn | undefined {
  const all = (wanted: string) =>
    labels.flatMap(({ name, value }) => (name === wanted && value !== undefined ? [value] : []));
  const [provider] = all('provider');
  const [store] = all('store');
  if (provider === undefined || store === undefined) return undefined;
  return {
    provider,
    machine: all('machine'),
    engine: all('engine'),
    store,
    kernel: all('kernel'),
  };
}

/** What is another than it was: «engine 20.10.5 → 20.10.24». */
export function listDifferences(before: RanOn, now: RanOn): string[] {
  const keys = ['provider', 'machine', 'engine', 'store', 'kernel'] as const;
  return keys.flatMap((key) => {
    const [was, is] = [before, now].map((one) => [one[key]].flat().join(', '));
    return was === is ? [] : [`${key === 'machine' ? 'machines' : key} ${was} → ${is}`];
  });
}
