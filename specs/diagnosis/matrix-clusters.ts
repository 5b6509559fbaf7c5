import { prepareEngineBundle } from '../../helpers/debian/engines/engine-bundle.ts';
import { NEXT_ENGINE, whyUnavailable } from '../engine-versions/why-unavailable.ts';
import { openNetnsLab, setUpIn } from '../machine/netns-lab.ts';
import { bringUpSwarm, ENGINE } from '../swarm-mode/lab.ts';
import { openEncryptionLab } from '../uml/encryption-lab.ts';
import { checkBroken, type FixedDefect, type FixedLab, fixBroken } from '../uml/fixed-defect.ts';
import { openServiceLab, openServiceProvider } from '../uml/service-lab.ts';
import { bringUpLab } from './bring-up-lab.ts';
import { auditBroken, type Defect, defectsOn, findMistakes, withoutAlongside } from './defect.ts';
import { allDefects } from './defects/all.ts';
import { encryptionDefects } from './defects/encryption.ts';
import { ownKernelDefects } from './defects/own-kernel.ts';
import { serviceDefects } from './defects/services.ts';
import type { MatrixCluster, MatrixLab } from './matrix-cluster.ts';
import type { ClusterKind, LabOptions } from './topologies.ts';

/** Clusters of the tutorial with more hosts and networks. They share the kernel of this computer. */
export const tutorialClusters: readonly MatrixCluster[] = [
  tutorialCluster('seed', 'seed', defectsOn('seed', allDefects)),
  tutorialCluster('swarm-mode', 'swarm-mode', defectsOn('swarm-mode', allDefects)),
];

const nextEngine: MatrixCluster = {
  ...tutorialCluster(
    `swarm-mode@${NEXT_ENGINE}`,
    'swarm-mode',
    defectsOn('swarm-mode', allDefects),
    { engine: NEXT_ENGINE },
  ),
  whyNot: async () => (await whyUnavailable(NEXT_ENGINE))?.observed,
};

/** Swarms whose machines have their own kernel, for defects of kernel features that this computer may not have. */
const services: MatrixCluster = {
  name: 'services',
  defects: serviceDefects,
  bringUp: async () => {
    const { provider, clear } = await openServiceProvider();
    try {
      const lab = await openServiceLab(provider);
      return fixedLab(lab, serviceDefects, clear);
    } catch (error) {
      await clear();
      throw error;
    }
  },
};

const encryption: MatrixCluster = {
  name: 'encryption',
  defects: encryptionDefects,
  bringUp: async () => {
    const machines = await openNetnsLab();
    const lab = await setUpIn(machines, async () => {
      const swarm = await bringUpSwarm(machines, ENGINE, undefined, 'own');
      const encrypted = await openEncryptionLab(swarm);
      await encrypted.recover();
      return encrypted;
    });
    return fixedLab(lab, encryptionDefects, () => machines[Symbol.asyncDispose]());
  },
};

/** Clusters that need minutes for each start, or another engine. They run one after the other. */
export const furtherClusters: readonly MatrixCluster[] = [
  nextEngine,
  tutorialCluster('own-kernel', 'seed', ownKernelDefects, { ownKernels: ['worker-host'] }),
  services,
  encryption,
];

/** The cluster with services, while a service is updated. */
export const updatedCluster = services.name;

function tutorialCluster(
  name: string,
  kind: ClusterKind,
  defects: readonly Defect[],
  options: LabOptions = {},
): MatrixCluster {
  return {
    name,
    defects,
    bringUp: async (): Promise<MatrixLab> => {
      const engine =
        options.engine === undefined
          ? {}
          : { engine: (await prepareEngineBundle(options.engine)).version };
      const lab = await bringUpLab(kind, options);
      return {
        ...engine,
        audit: () => lab.audit(),
        recover: async () => {
          await lab.settle();
          // The host with only one container: its kernel has the overlay network because of this container alone.
          const holder = await lab.container('third-host', 'holder');
          await holder.addressOn('my-net');
        },
        checkWith: async (index) => {
          const defect = defects[index] as Defect;
          const report = await auditBroken(lab, [defect]);
          const mistakes = findMistakes([defect], report.diagnoses);
          return {
            report: { ...report, diagnoses: withoutAlongside(defect, report.diagnoses) },
            mistakes,
          };
        },
        [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
      };
    },
  };
}

/** A cluster whose defects are undone by their printed fix. */
function fixedLab<Lab extends FixedLab>(
  lab: Lab,
  defects: readonly FixedDefect<Lab>[],
  clear: () => Promise<void>,
): MatrixLab {
  return {
    audit: () => lab.audit(),
    recover: () => lab.recover(),
    checkWith: async (index) => {
      const defect = defects[index] as FixedDefect<Lab>;
      const broken = await checkBroken(lab, defect);
      const { report, where } = broken;
      return {
        report,
        mistakes: findMistakes([{ ...defect, where }], report.diagnoses),
        undo: async () => await fixBroken(lab, defect, broken),
      };
    },
    [Symbol.asyncDispose]: clear,
  };
}
