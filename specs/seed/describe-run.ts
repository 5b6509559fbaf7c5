import { tellEnvironment } from '../../helpers/report/environment.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { fetchText } from './fetch-text.ts';

/** Tells the report on what this run ran: what one compares first when a run differs from an earlier one. */
export async function describeRun(document: TopologyDocument): Promise<void> {
  const { provider, machines, keystore } = document;
  const versions = new Set(machines.map(({ engineVersion }) => engineVersion));
  const address = machines.find(({ name }) => name === keystore)?.address ?? keystore;
  const { body } = await fetchText(`http://${address}:8500/v1/agent/self`);
  const consul = JSON.parse(body) as { Config?: { Version?: string } };
  tellEnvironment({
    provider,
    engine: [...versions].join(', '),
    store: `Consul ${consul.Config?.Version ?? '(version unknown)'}`,
    machines: machines.map(({ name }) => name).join(', '),
  });
}
