/**
 * The environment of a topology's specs. It is stored in labels of the set-up's result, which are in the history, so that
 * runs can be compared.
 */
export interface RanOn {
  readonly provider: string;
  readonly machine: readonly string[];
  /** Versions, each once. */
  readonly engine: readonly string[];
  /** The store of the cluster's state: "Consul 1.8.7". */
  readonly store: string;
  readonly kernel: readonly string[];
}

interface Labelled {
  readonly labels?:
    | readonly { readonly name: string; readonly value?: string | undefined }[]
    | undefined;
}

/** Reads the labels of a set-up's result; undefined without labels, as after a failure. */
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

/** Lists the differences between two environments: "engine 20.10.5 → 20.10.24". */
export function listDifferences(before: RanOn, now: RanOn): string[] {
  const keys = ['provider', 'machine', 'engine', 'store', 'kernel'] as const;
  return keys.flatMap((key) => {
    const [was, is] = [before, now].map((one) => [one[key]].flat().join(', '));
    return was === is ? [] : [`${key === 'machine' ? 'machines' : key} ${was} → ${is}`];
  });
}
