import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { InterruptionWatch } from '../../helpers/process/errors/interruption.ts';
import { bringUp } from '../../helpers/topology/bring-up/bring-up.ts';
import { tearDown } from '../../helpers/topology/bring-up/tear-down.ts';
import { prepareBusyboxImage } from '../machine/busybox-image.ts';
import { bystanders } from './bystanders.ts';
import { type DiagnosisLab, hostNames, openRunning } from './lab.ts';
import { type ClusterKind, widerTopology } from './topologies.ts';

/** Stands a cluster of that kind up in a store of its own, and takes it down with what it gives. */
export async function bringUpLab(kind: ClusterKind): Promise<DiagnosisLab & AsyncDisposable> {
  const store = await mkdtemp(join(tmpdir(), 'overlay-e2e-diagnosis-'));
  const provider = createNetnsProvider({ store });
  const clear = async () => {
    await tearDown(provider);
    await rm(store, { recursive: true, force: true });
  };
  try {
    using watch = new InterruptionWatch();
    const options = { watch, keepClaim: true };
    const document = await bringUp(widerTopology(kind), provider, options);
    const lab = await openRunning(kind, document);
    await runBystanders(lab);
    return Object.assign(lab, { [Symbol.asyncDispose]: clear });
  } catch (error) {
    await clear();
    throw error;
  }
}

async function runBystanders({ engine, provider }: DiagnosisLab): Promise<void> {
  const archive = await prepareBusyboxImage();
  await Promise.all(hostNames.map((name) => engine(name).images.load(archive)));
  // One after the other: no two hosts are to announce an end at the same moment.
  await engine('worker-host').containers.run(bystanders.bystander);
  await engine('third-host').containers.run(bystanders.holder);
  await engine('master-host').containers.run(bystanders.outsider);
  // So that they come back with an engine that is restarted.
  const always = ['docker', 'update', '--restart', 'always'] as const;
  await provider.run('master-host', [...always, 'tomcat-app']);
  await provider.run('worker-host', [...always, 'mysqlserver']);
}
