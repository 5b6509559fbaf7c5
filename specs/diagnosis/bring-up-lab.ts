import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { InterruptionWatch } from '../../helpers/process/errors/interruption.ts';
import { bringUp } from '../../helpers/topology/bring-up/bring-up.ts';
import { tearDown } from '../../helpers/topology/bring-up/tear-down.ts';
import { prepareBusyboxImage } from '../machine/busybox-image.ts';
import { guardStore } from '../machine/store-guard.ts';
import { labContainers } from './lab-containers.ts';
import { type DiagnosisLab, hostNames, openLab } from './lab.ts';
import { type ClusterKind, type LabOptions, widerTopology } from './topologies.ts';

/** Brings up a cluster of one kind in its own state directory. Disposing the result tears the cluster down. */
export async function bringUpLab(
  kind: ClusterKind,
  options: LabOptions = {},
): Promise<DiagnosisLab & AsyncDisposable> {
  const store = await mkdtemp(join(tmpdir(), 'overlay-e2e-diagnosis-'));
  guardStore(store);
  const provider = createNetnsProvider({ store });
  const clear = async () => {
    await tearDown(provider);
    await rm(store, { recursive: true, force: true });
  };
  try {
    using watch = new InterruptionWatch();
    const topology = widerTopology(kind, options);
    const document = await bringUp(topology, provider, { watch, keepClaim: true });
    const lab = await openLab(kind, document);
    await runLabContainers(lab);
    return Object.assign(lab, { [Symbol.asyncDispose]: clear });
  } catch (error) {
    await clear();
    throw error;
  }
}

async function runLabContainers({ engine, provider }: DiagnosisLab): Promise<void> {
  const archive = await prepareBusyboxImage();
  await Promise.all(hostNames.map((name) => engine(name).images.load(archive)));
  // Started one by one, so that no two hosts announce an endpoint at the same time.
  await engine('worker-host').containers.run(labContainers.bystander);
  await engine('third-host').containers.run(labContainers.holder);
  await engine('master-host').containers.run(labContainers.outsider);
  // These containers start again with a restarted engine.
  const always = ['docker', 'update', '--restart', 'always'] as const;
  await provider.run('master-host', [...always, 'tomcat-app']);
  await provider.run('worker-host', [...always, 'mysqlserver']);
}
