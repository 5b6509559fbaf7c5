import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { auditCluster } from '../check/audit.ts';
import type { AuditReport } from '../check/model/report.ts';
import { prepareProbeImage } from '../check/probe/start/probe-image.ts';
import { connectEngine } from '../docker/engine.ts';
import { type FaultStage, onFaultStage } from '../fault/inject-fault.ts';
import type { MachineProvider } from '../machine/machine.ts';
import { activity } from '../process/activity.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../process/waits/wait-for.ts';
import { withWholeWaits } from '../process/waits/cut-waits.ts';
import type { TopologyDocument } from '../topology/document.ts';
import { topologyTarget } from '../topology/target/audit-target.ts';
import { readEngineEvents } from './engine-events.ts';
import { FollowedAddresses } from './follow-addresses.ts';
import type {
  FaultWindow,
  LayerResult,
  MeasuredEvent,
  MeasurementReport,
  PathResult,
} from './measurement.ts';
import { type MeterLine, meterKind, type Sample } from './meter/meter-lines.ts';
import { readMeterProgram } from './meter/read-program.ts';
import { runMeter } from './meter/run-meter.ts';
import { METER_PORT, type PathPlan, type PlannedPath, planPaths } from './plan-paths.ts';
import { type Absence, silencesOf, summarizePath } from './summarize.ts';
import { type LayerRound, layersOf, watchLayers } from './watch-layers.ts';

export interface MeasureOptions {
  /** Pairs of containers, and pairs of machines, at most. Default: 20. */
  readonly maxPairs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface EndOptions {
  /** Milliseconds in which everything may recover. Default: 120 s. */
  readonly settle?: number;
}

/** A measurement that runs until it ends or is disposed of. */
export interface Measurement extends AsyncDisposable {
  /** Runs a disturbance of the caller, such as an upgrade. The result has it like a fault, from its begin to its end. */
  during<T>(title: string, disturb: () => Promise<T>): Promise<T>;
  /**
   * Checks the cluster until all layers are correct and all paths answer, or until the limit; ends the measurement and
   * returns its result. Another call returns the same result.
   */
  end(options?: EndOptions): Promise<MeasurementReport>;
}

/** Milliseconds of the measurement after the last check. */
const AFTER = 1000;
/** Milliseconds until answers to the last requests count as lost, and until the meters have printed them. */
const LAST_ANSWERS = 1800;
/** Seconds after which a meter ends by itself. */
const LIFETIME = 86_400;

/** Starts to measure a running topology. Returns when all paths between running containers have been measured. */
export async function startMeasurement(
  provider: MachineProvider,
  document: TopologyDocument,
  { maxPairs = 20, signal }: MeasureOptions = {},
): Promise<Measurement> {
  return await activity('stage', 'start the measurement', async () => {
    const { plan, unmeasured, ids } = await preparePlan(provider, document, maxPairs);
    const addresses = new FollowedAddresses(plan, document.networks);
    const record = new Recorder(plan, addresses);
    // Built now: the checks begin when the faults are undone, and their time is measured.
    const [program] = await Promise.all([readMeterProgram(), prepareProbeImage()]);
    const stop = new AbortController();
    const run = randomBytes(4).toString('hex');
    const machines = [...new Set([...plan.containers, ...plan.paths].map((one) => one.machine))];
    const meters = machines.map(async (machine) => {
      await runMeter(provider, {
        machine,
        run,
        program,
        lifetime: LIFETIME,
        words: () => wordsOf(plan, machine, ids, addresses),
        signal: stop.signal,
        onLine: (line, offset) => record.take(machine, line, offset),
        onStart: (tell) => addresses.addMeter(machine, tell),
        onEnd: (why) => record.noteEnd(machine, why),
      });
    });
    const faults = onFaultStage((stage) => record.noteFault(stage));
    const close = async () => {
      faults[Symbol.dispose]();
      stop.abort();
      await Promise.allSettled(meters);
    };
    try {
      await waitFor(
        'the measurement: every path has been measured',
        async () => {
          const left = record.silentPaths();
          return left.length === 0 ? done(undefined) : notYet(`not yet: ${left.join('; ')}`);
        },
        { limit: 60_000, every: 100, ...(signal === undefined ? {} : { signal }) },
      );
    } catch (error) {
      await close();
      throw error;
    }
    record.start();
    let ending: Promise<MeasurementReport> | undefined;
    const finish = async ({ settle = 120_000 }: EndOptions = {}) => {
      const rounds = await watchLayers({
        audit: () => auditRunning(provider, document, signal),
        isDone: () => record.answersEverywhere(),
        limit: settle,
        signal,
      });
      await delay(AFTER);
      const end = Date.now();
      await delay(LAST_ANSWERS);
      const engineEvents = await readEngineEvents(provider, machines, record.startedAt, end);
      await close();
      return record.report(document.topology, { rounds, end, unmeasured, engineEvents });
    };
    return {
      during: async (title, disturb) => {
        const id = randomUUID();
        const note = (stage: FaultStage['stage']) =>
          record.noteFault({ id, title, stage, at: Date.now() });
        note('injecting');
        note('active');
        try {
          return await disturb();
        } finally {
          note('undone');
        }
      },
      end: async (options) =>
        await (ending ??= activity('stage', 'end the measurement', () => finish(options))),
      [Symbol.asyncDispose]: close,
    };
  });
}

/** Milliseconds of one check: an engine that is paused must not take all of the time. */
const CHECK_LIMIT = 60_000;

/** Checks the running topology. */
export async function auditRunning(
  provider: MachineProvider,
  document: TopologyDocument,
  signal: AbortSignal | undefined,
): Promise<AuditReport> {
  const target = topologyTarget(document, await provider.list());
  try {
    return await withWholeWaits(() => auditCluster(target, { limit: CHECK_LIMIT, signal }));
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}

/** Throws if the machines cannot run the meter, a command whose output comes while it runs, or if it had nothing to do. */
function requireMeasurable({ provider }: TopologyDocument, { paths }: PathPlan): void {
  const observed =
    provider === 'docker-machine'
      ? 'its machines come from docker-machine, whose commands return their output at the end'
      : paths.length === 0
        ? 'the topology has no two containers on one network'
        : undefined;
  if (observed === undefined) return;
  throw new HarnessError({
    code: 'input-invalid',
    tried: 'measure the running topology',
    observed,
    hint: 'measure a topology with containers on machines of the provider netns or uml',
  });
}

async function preparePlan(provider: MachineProvider, document: TopologyDocument, most: number) {
  const listed = await provider.list();
  const addresses = new Map(listed.map(({ name, address }) => [name, address]));
  const measured = planPaths(document, addresses, most);
  requireMeasurable(document, measured);
  const engines = new Map(listed.map((machine) => [machine.name, machine]));
  const ids = new Map(
    await Promise.all(
      measured.containers.map(async ({ name, machine }) => {
        const found = engines.get(machine);
        if (found === undefined) throw new TypeError(`unknown machine ${machine}`);
        using engine = connectEngine(found);
        return [name, (await engine.containers.find(name)).id] as const;
      }),
    ),
  );
  return { plan: measured, unmeasured: measured.unmeasured, ids };
}

/** Returns the words of meter.pl for a machine. */
function wordsOf(
  { containers, paths }: PathPlan,
  machine: string,
  ids: ReadonlyMap<string, string>,
  addresses: FollowedAddresses,
): string[] {
  return [
    ...containers.flatMap((one, index) =>
      one.machine === machine ? [`container:${index}:${ids.get(one.name)}:${METER_PORT}`] : [],
    ),
    ...paths.flatMap((one, index) => (one.machine === machine ? [wordOf(one, index)] : [])),
  ];

  function indexOf(wanted: string): number {
    return containers.findIndex(({ name }) => name === wanted);
  }

  function wordOf(path: PlannedPath, index: number): string {
    const { kind, container, target, port = '', request } = path;
    const sender = container === undefined ? 'host' : indexOf(container);
    const address = addresses.addressOf(path);
    const hex = Buffer.from(request ?? []).toString('hex');
    const receiver = target === undefined ? '' : indexOf(target);
    return `path:${index}:${meterKind(kind)}:${sender}:${address}:${port}:${hex}:${receiver}`;
  }
}

/** Keeps the lines of the meters. */
class Recorder {
  readonly #plan: PathPlan;
  readonly #addresses: FollowedAddresses;
  readonly #paths: {
    samples: Sample[];
    duplicated: number;
    late: number;
    broken: number[];
    opened: boolean;
  }[];
  readonly #events: MeasuredEvent[] = [];
  readonly #absences = new Map<string, readonly Absence[]>();
  readonly #faults = new Map<string, FaultStage[]>();
  startedAt = Date.now();

  constructor(plan: PathPlan, addresses: FollowedAddresses) {
    this.#plan = plan;
    this.#addresses = addresses;
    this.#paths = plan.paths.map(() => ({
      samples: [],
      duplicated: 0,
      late: 0,
      broken: [],
      opened: false,
    }));
  }

  /** The measurement begins: everything before belongs to its start. */
  start(): void {
    this.startedAt = Date.now();
  }

  take(machine: string, line: MeterLine, offset: number): void {
    if (line.kind === 'container' || line.kind === 'problem') {
      const name = this.#plan.containers[line.container]?.name ?? '';
      const state = line.kind === 'problem' ? line.why : line.up ? 'runs' : 'has ended';
      const at = line.kind === 'problem' ? Date.now() : line.at + offset;
      this.#events.push({ at, machine, text: `${name} ${state}` });
      return;
    }
    if (line.kind === 'address') {
      const address = this.#addresses.take(line.container, line.addresses);
      if (address === undefined) return;
      const name = this.#plan.containers[line.container]?.name ?? '';
      this.#events.push({ at: line.at + offset, machine, text: `${name} now has ${address}` });
      return;
    }
    if (line.kind === 'ready') {
      this.#noteStart(machine, line.at + offset);
      return;
    }
    const path = this.#paths[line.path];
    if (path === undefined) return;
    switch (line.kind) {
      case 'slots':
        for (const { at, outcome } of line.samples) path.samples.push({ at: at + offset, outcome });
        break;
      case 'late':
        path.late += 1;
        break;
      case 'again':
        path.duplicated += 1;
        break;
      case 'open':
        if (path.opened) this.#noteConnection(machine, line.path, line.at + offset, 'opened again');
        path.opened = true;
        break;
      case 'broken':
        path.broken.push(line.at + offset);
        this.#noteConnection(machine, line.path, line.at + offset, `broke: ${line.why}`);
        break;
    }
  }

  #noteConnection(machine: string, index: number, at: number, what: string): void {
    const { from = '', to = '' } = this.#plan.paths[index] ?? {};
    this.#events.push({ at, machine, text: `connection ${from} → ${to} ${what}` });
  }

  /** The meter of a machine ended early. */
  noteEnd(machine: string, why: string): void {
    const absences = this.#absences.get(machine) ?? [];
    const last = absences.at(-1);
    // Attempts to start it again say the same.
    if (last !== undefined && last.to === undefined) return;
    this.#absences.set(machine, [...absences, { from: Date.now() }]);
    this.#events.push({ at: Date.now(), machine, text: `the measurement is interrupted: ${why}` });
  }

  #noteStart(machine: string, at: number): void {
    const absences = this.#absences.get(machine) ?? [];
    const last = absences.at(-1);
    if (last === undefined || last.to !== undefined) return;
    this.#absences.set(machine, [...absences.slice(0, -1), { ...last, to: at }]);
    this.#events.push({ at, machine, text: 'the measurement continues' });
  }

  noteFault(stage: FaultStage): void {
    this.#faults.set(stage.id, [...(this.#faults.get(stage.id) ?? []), stage]);
  }

  /** Paths without an answer so far. */
  silentPaths(): string[] {
    return this.#plan.paths.flatMap(({ kind, from, to }, index) => {
      const last = this.#paths[index]?.samples.at(-1)?.outcome;
      return typeof last === 'number' ? [] : [`${from} → ${to} ${kind}: ${last ?? 'no request'}`];
    });
  }

  /** True if the last requests of all paths were answered. */
  answersEverywhere(): boolean {
    const recent = Date.now() - 5000;
    return this.#paths.every(({ samples }) => {
      const last = samples.at(-1);
      return last !== undefined && last.at > recent && typeof last.outcome === 'number';
    });
  }

  report(
    topology: string,
    {
      rounds,
      end,
      unmeasured,
      engineEvents,
    }: {
      rounds: readonly LayerRound[];
      end: number;
      unmeasured: readonly string[];
      engineEvents: readonly MeasuredEvent[];
    },
  ): MeasurementReport {
    const start = this.startedAt;
    const isInside = ({ at }: { at: number }) => at >= start && at <= end;
    const relative = (at: number) => Math.round(at - start);
    const faults = [...this.#faults.values()].map((stages) => windowOf(stages, relative));
    const absencesOf = (machine: string) =>
      (this.#absences.get(machine) ?? [])
        .filter(({ from, to }) => from < end && (to ?? Infinity) > start)
        .map(({ from, to }): Absence => {
          return { from: relative(from), ...(to === undefined ? {} : { to: relative(to) }) };
        });
    const silences = new Map<string, string[]>();
    const paths = this.#plan.paths.map(({ kind, from, to, machine }, index): PathResult => {
      const { samples: all = [], duplicated = 0, late = 0, broken = [] } = this.#paths[index] ?? {};
      const absences = absencesOf(machine);
      const samples = all
        .filter(isInside)
        .map(({ at, outcome }) => ({ at: relative(at), outcome }));
      silences.set(
        machine,
        silencesOf(samples, absences, relative(end)).map((one) => {
          const [first, last] = [one.from, one.to].map((at) => (at / 1000).toFixed(1));
          return `from ${machine} between ${first} s and ${last} s: this computer was too busy`;
        }),
      );
      return summarizePath(
        {
          kind,
          from,
          to,
          duplicated,
          late,
          broken: broken.filter((at) => at >= start && at <= end).map(relative),
          absences,
          samples,
        },
        faults,
        relative(end),
      );
    });
    const layers = layersOf(rounds, start);
    const last = rounds.at(-1);
    return {
      version: 1,
      topology,
      startedAt: new Date(start).toISOString(),
      duration: relative(end),
      faults,
      paths,
      layers,
      events: [...this.#events, ...engineEvents]
        .filter(isInside)
        .sort((a, b) => a.at - b.at)
        .map((event) => ({ ...event, at: relative(event.at) })),
      ...lastOf(layers),
      neverRecovered: {
        paths: paths
          .filter(({ outages }) => outages.some((outage) => outage.to === undefined))
          .map(({ kind, from, to }) => ({ kind, from, to })),
        layers: layers.filter(({ correctAt }) => correctAt === undefined).map(({ layer }) => layer),
        findings: last?.findings ?? [],
        ...(last?.failure === undefined ? {} : { unknown: last.failure }),
      },
      unmeasured: [...unmeasured, ...[...silences.values()].flat()],
    };
  }
}

function windowOf(stages: readonly FaultStage[], relative: (at: number) => number): FaultWindow {
  const at = (wanted: FaultStage['stage']) => {
    const found = stages.find(({ stage }) => stage === wanted);
    return found === undefined ? undefined : relative(found.at);
  };
  const [active, to] = [at('active'), at('undone')];
  return {
    title: stages[0]?.title ?? '',
    from: at('injecting') ?? 0,
    ...(active === undefined ? {} : { active }),
    ...(to === undefined ? {} : { to }),
  };
}

function lastOf(layers: readonly LayerResult[]): Pick<MeasurementReport, 'lastLayer'> {
  const times = layers.map(({ layer, correctAt }) => ({ layer, at: correctAt ?? Infinity }));
  const last = times.toSorted((a, b) => a.at - b.at).at(-1);
  return last === undefined || last.at === Infinity ? {} : { lastLayer: last };
}
