import { setTimeout as delay } from 'node:timers/promises';
import { connectEngine } from '../../docker/engine.ts';
import type { FaultCluster, FaultName } from '../../fault/fault.ts';
import { holdFault } from '../../fault/inject-fault.ts';
import { planFault } from '../../fault/plan-fault.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { CleanupStack } from '../../process/cleanup-stack.ts';
import type { TopologyDocument } from '../../topology/document.ts';
import { startMeasurement } from '../measure.ts';
import type { MeasurementReport } from '../measurement.ts';
import { claimForSoak } from './claim-topology.ts';
import { planRounds, type Round } from './plan-rounds.ts';
import { type Ledger, startLedger } from './write-ledger.ts';

export interface SoakOptions {
  readonly seed: number;
  /** Faults to leave out. */
  readonly except?: readonly FaultName[] | undefined;
  /** Milliseconds after which no further round begins. */
  readonly duration: number;
  /** Milliseconds in which everything must recover after a round. */
  readonly settle: number;
  readonly signal: AbortSignal;
  readonly onRound?: (number: number, round: Round) => Promise<void> | void;
  /** Receives the result of each round after its examination. */
  readonly onResult?: (result: RoundResult) => void;
  /** Runs between a round and its examination. */
  readonly onExamine?: () => Promise<void> | void;
}

/** The result of a round. */
export interface RoundResult {
  readonly round: Round;
  readonly measurement: MeasurementReport;
  /** Acknowledged writes so far. */
  readonly acknowledged: number;
  /** Violations of the ledger, each as a sentence. */
  readonly violations: readonly string[];
}

/** The result of a soak test: its rounds, the last of which may have a finding. */
export interface SoakReport {
  readonly version: 1;
  readonly seed: number;
  readonly topology: string;
  readonly rounds: readonly RoundResult[];
  /** True if the last round left something broken, unknown or lost. */
  readonly hasFinding: boolean;
  /** The reason, if an error or a signal ended the soak test. The round in which it ended is not in `rounds`. */
  readonly endedBy?: string;
}

/**
 * Injects random faults and restarts containers, examines the cluster after each round, and stops at the first finding.
 * Throws `state-in-use` if another soak test uses the topology.
 */
export async function soak(
  provider: MachineProvider,
  document: TopologyDocument,
  cluster: FaultCluster,
  { seed, except, duration, settle, signal, onRound, onResult, onExamine }: SoakOptions,
): Promise<SoakReport> {
  const { workload, carEndpoint, topology } = document;
  const containers = workload.map(({ container }) => container);
  const database = carEndpoint === undefined ? undefined : workload[1];
  await using stack = new CleanupStack();
  stack.use(await claimForSoak(provider.store));
  const ledger = database === undefined ? undefined : await openLedger(provider, database, stack);
  let isEvidence = false;
  stack.defer(async () => {
    if (isEvidence) await ledger?.[Symbol.asyncDispose]();
    else await ledger?.remove();
  });
  const rounds: RoundResult[] = [];
  const until = Date.now() + duration;
  for (const round of planRounds(seed, cluster, containers, except)) {
    if (Date.now() >= until) break;
    signal.throwIfAborted();
    await onRound?.(rounds.length + 1, round);
    await using measurement = await startMeasurement(provider, document, { signal });
    if (round.kind === 'redeployment') {
      const machine =
        workload.find(({ container }) => container === round.container)?.machine ?? '';
      const restart = ['docker', 'restart', '--time', '1', round.container] as const;
      await measurement.during(`${round.container}: restarted`, () =>
        provider.run(machine, [...restart], { limit: 120_000, signal }),
      );
    } else {
      const plan = planFault(cluster, round.request);
      await holdFault(provider, plan, { duration: round.seconds * 1000, signal });
    }
    await delay(1000, undefined, { signal });
    await onExamine?.();
    const [report, violations] = [
      await measurement.end({ settle }),
      (await ledger?.verify()) ?? [],
    ];
    const result: RoundResult = {
      round,
      measurement: report,
      acknowledged: ledger?.acknowledged ?? 0,
      violations,
    };
    rounds.push(result);
    onResult?.(result);
    isEvidence = hasFinding(result);
    if (isEvidence) break;
  }
  return soakReport(seed, topology, rounds);
}

/** Returns the report of these rounds, all or those before an interruption. */
export function soakReport(
  seed: number,
  topology: string,
  rounds: readonly RoundResult[],
): SoakReport {
  return { version: 1, seed, topology, rounds, hasFinding: rounds.some(hasFinding) };
}

async function openLedger(
  provider: MachineProvider,
  { container, machine }: TopologyDocument['workload'][number],
  stack: CleanupStack,
): Promise<Ledger> {
  const engine = stack.use(connectEngine(await provider.inspect(machine)));
  return await startLedger(await engine.containers.find(container));
}

function hasFinding(result: RoundResult): boolean {
  const { paths, layers, findings, unknown } = result.measurement.neverRecovered;
  const left = paths.length + layers.length + findings.length + result.violations.length;
  return left > 0 || unknown !== undefined;
}
