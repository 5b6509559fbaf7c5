import { tellEnvironment } from '../../helpers/report/environment.ts';
import { firstLine } from '../../helpers/process/harness-error.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { fetchText } from './fetch-text.ts';

/** Tells the report on what this run ran: what one compares first when a run differs from an earlier one. */
export async function describeRun(document: TopologyDocument): Promise<void> {
  const { provider, machines, keystore } = document;
  const versions = new Set(machines.map(({ engineVersion }) => engineVersion));
  const address = machines.find(({ name }) => name === keystore)?.address ?? keystore;
  tellEnvironment({
    provider,
    engine: [...versions].join(', '),
    store: `Consul ${await readConsulVersion(address)}`,
    machines: machines.map(({ name }) => name).join(', '),
  });
}

async function readConsulVersion(address: string): Promise<string> {
  try {
    const { body } = await fetchText(`http://${address}:8500/v1/agent/self`);
    const consul = JSON.parse(body) as { Config?: { Version?: string } };
    return consul.Config?.Version ?? '(version unknown)';
  } catch (error) {
    // That a cluster's store is away is for the specs to tell.
    return `(version unknown: ${firstLine(error)})`;
  }
}
