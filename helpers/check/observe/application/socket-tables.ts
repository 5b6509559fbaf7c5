import { valueOf } from '../../model/observed.ts';
import { type ObservationContext, privilegedProbeOn } from '../observation-context.ts';

/** A process of a container. */
interface HostProcess {
  readonly host: string;
  readonly pid: number;
}

/**
 * Reads `/proc/net/tcp` and `tcp6` in the network namespace of each process, with one command for each host. A process that
 * cannot be read has no table; one on a host without a probe is left out.
 */
export async function readSocketTables<One extends HostProcess>(
  processes: readonly One[],
  context: ObservationContext,
): Promise<ReadonlyMap<One, readonly string[]>> {
  const byHost = Map.groupBy(processes, ({ host }) => host);
  const read = await Promise.all(
    [...byHost].map(async ([host, own]) => {
      const probe = valueOf(privilegedProbeOn(context, host));
      if (probe === undefined) return [];
      const paths = own.flatMap(({ pid }) => [`/proc/${pid}/net/tcp`, `/proc/${pid}/net/tcp6`]);
      const files = await probe.read(paths, { signal: context.signal });
      return own.map((process, index) => {
        const tables = files
          .slice(2 * index, 2 * index + 2)
          .flatMap((file) => ('text' in file ? [file.text] : []));
        return [process, tables] as const;
      });
    }),
  );
  return new Map(read.flat());
}
