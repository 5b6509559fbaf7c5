import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';
import type { Flapping } from '../../check/watch/flapping.ts';
import type { Round } from '../../check/watch/changes.ts';
import { addressUsage } from '../../check/derive/address-usage.ts';
import { valueOf } from '../../check/model/observed.ts';
import type { AuditReport } from '../../check/model/report.ts';
import type { Place } from '../../check/model/difference.ts';
import type { PathsView } from '../../check/model/views/paths-view.ts';
import { medianOf } from '../../process/median.ts';
import { printable } from '../../process/text/printable.ts';

/** Series of one metric at most. Names come from the cluster, so their number has no other limit. */
const MOST_SERIES = 5000;

/** The longest value of a label. */
const LONGEST = 200;

const results = ['healthy', 'defects', 'incomplete', 'failed'] as const;

/** A certificate of the cluster and the end of its validity. */
export interface CertificateDate {
  readonly host: string;
  readonly certificate: string;
  readonly expires: Date;
}

type Labels = Readonly<Record<string, string>>;
type Series = readonly (readonly [labels: Labels, value: number])[];

/** The metrics of repeated checks, in the format of OpenMetrics. */
export class AuditMetrics {
  readonly registry = new Registry<OpenMetricsContentType>();
  readonly #checks: Counter<'result'>;
  readonly #flaps: Counter;
  readonly #gauges = new Map<string, Gauge>();

  constructor(version: string) {
    const registers = [this.registry];
    this.registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    collectDefaultMetrics({ register: this.registry });
    this.#checks = new Counter({
      name: 'overlay_e2e_checks',
      help: 'Finished checks by result.',
      labelNames: ['result'],
      registers,
    });
    for (const result of results) this.#checks.inc({ result }, 0);
    this.#flaps = new Counter({
      name: 'overlay_e2e_flaps',
      help: 'Findings that have begun to come and go.',
      registers,
    });
    for (const [name, { help, labels }] of Object.entries(gauges)) {
      this.#gauges.set(name, new Gauge({ name, help, labelNames: labels, registers }));
    }
    this.#set('overlay_e2e_build_info', [[{ version }, 1]]);
  }

  /** Replaces the values with the values of a check. A check that failed keeps the values of the one before. */
  update(round: Round, flapping: readonly Flapping[]): void {
    const result = 'report' in round ? round.report.verdict : 'failed';
    this.#checks.inc({ result });
    this.#set(
      'overlay_e2e_result',
      results.map((one) => [{ result: one }, one === result ? 1 : 0]),
    );
    this.#set(
      'overlay_e2e_finding_flapping',
      flapping.map(({ diagnosis }) => [{ code: diagnosis.code, ...labelsOf(diagnosis.where) }, 1]),
    );
    if ('report' in round) {
      for (const [name, series] of Object.entries(seriesOf(round.report))) this.#set(name, series);
    }
  }

  /** Counts findings that have begun to flap. */
  countFlaps(number: number): void {
    this.#flaps.inc(number);
  }

  /** Replaces the dates of certificates. */
  updateCertificates(dates: readonly CertificateDate[]): void {
    this.#set(
      'overlay_e2e_certificate_expiry_timestamp_seconds',
      dates.map(({ host, certificate, expires }) => [
        { host, certificate },
        Math.floor(expires.getTime() / 1000),
      ]),
    );
  }

  /** Replaces all series of a gauge in one step: a scrape sees either the old or the new ones. */
  #set(name: string, series: Series): void {
    const gauge = this.#gauges.get(name);
    gauge?.reset();
    for (const [labels, value] of series.slice(0, MOST_SERIES)) gauge?.set(readable(labels), value);
    const dropped = this.#gauges.get('overlay_e2e_series_dropped');
    dropped?.set({ metric: name }, Math.max(0, series.length - MOST_SERIES));
  }
}

/** All gauges: their help and labels. */
const gauges: Readonly<Record<string, { help: string; labels: string[] }>> = {
  overlay_e2e_build_info: { help: 'The version of overlay-e2e.', labels: ['version'] },
  overlay_e2e_result: { help: '1 for the result of the last check.', labels: ['result'] },
  overlay_e2e_last_check_timestamp_seconds: {
    help: 'The start of the last check that was not failed.',
    labels: [],
  },
  overlay_e2e_last_check_duration_seconds: {
    help: 'The duration of the last check that was not failed.',
    labels: [],
  },
  overlay_e2e_hosts: {
    help: 'Hosts of the cluster: examined, and known from any source.',
    labels: ['state'],
  },
  overlay_e2e_findings: {
    help: 'Findings of the last check.',
    labels: ['code', 'host', 'peer', 'network'],
  },
  overlay_e2e_finding_flapping: {
    help: '1 for a finding that comes and goes.',
    labels: ['code', 'host', 'peer', 'network'],
  },
  overlay_e2e_pair_latency_seconds: {
    help: 'Median round-trip time of ICMP echoes between two hosts, through an overlay network or, with an empty network, outside of it.',
    labels: ['from', 'to', 'network'],
  },
  overlay_e2e_pair_loss_ratio: {
    help: 'Share of the packets from a container of one host to a container of another that were lost.',
    labels: ['from', 'to', 'network'],
  },
  overlay_e2e_network_addresses_used: {
    help: 'Addresses of an overlay network with a known owner.',
    labels: ['network'],
  },
  overlay_e2e_network_addresses: {
    help: 'Addresses of an overlay network that can be assigned.',
    labels: ['network'],
  },
  overlay_e2e_certificate_expiry_timestamp_seconds: {
    help: 'The end of the validity of a certificate.',
    labels: ['host', 'certificate'],
  },
  overlay_e2e_series_dropped: {
    help: 'Series that a metric lacks, because it would have too many.',
    labels: ['metric'],
  },
};

function seriesOf(report: AuditReport): Readonly<Record<string, Series>> {
  const { coverage, diagnoses, milliseconds, observation, startedAt } = report;
  const paths = valueOf(observation.paths);
  const usage = addressUsage(observation);
  return {
    overlay_e2e_last_check_timestamp_seconds: [[{}, Date.parse(startedAt) / 1000]],
    overlay_e2e_last_check_duration_seconds: [[{}, milliseconds / 1000]],
    overlay_e2e_hosts: [
      [{ state: 'examined' }, coverage.examined],
      [{ state: 'known' }, coverage.known],
    ],
    overlay_e2e_findings: sumUp(
      diagnoses.map(({ code, where }) => [{ code, ...labelsOf(where) }, 1]),
      (values) => values.length,
    ),
    overlay_e2e_pair_latency_seconds: paths === undefined ? [] : latencies(paths),
    overlay_e2e_pair_loss_ratio: paths === undefined ? [] : losses(paths),
    overlay_e2e_network_addresses_used: usage.map(({ network, used }) => [{ network }, used]),
    overlay_e2e_network_addresses: usage.map(({ network, usable }) => [{ network }, usable]),
  };
}

/** The median for each pair of hosts; the answer to a repeated packet includes a pause. */
function latencies({ hostTrials, trials }: PathsView): Series {
  const answered = [...hostTrials, ...trials].flatMap((trial) => {
    const { from, to, network = '', protocol, milliseconds, sends = 1 } = trial;
    if (protocol !== 'icmp' || milliseconds === undefined || sends > 1) return [];
    return [[{ from: from.host, to: to.host, network }, milliseconds / 1000] as const];
  });
  return sumUp(answered, (values) => medianOf(values) ?? 0);
}

function losses({ losses: all = [] }: PathsView): Series {
  return all.map(({ from, to, network, first, second }) => {
    const sent = first.sent + (second?.sent ?? 0);
    const lost = first.lost + (second?.lost ?? 0);
    return [{ from: from.host, to: to.host, network }, sent === 0 ? 0 : lost / sent];
  });
}

/** Makes one value of all values with the same labels. */
function sumUp(series: Series, merge: (values: readonly number[]) => number): Series {
  const byLabels = Map.groupBy(series, ([labels]) => JSON.stringify(labels));
  return [...byLabels.values()].flatMap((all) => {
    const [first] = all;
    return first === undefined ? [] : [[first[0], merge(all.map(([, value]) => value))] as const];
  });
}

/** Not the container and the service of a place: each of their many names would be another series. */
function labelsOf({ host = '', peer = '', network = '' }: Place): Labels {
  return { host, peer, network };
}

function readable(labels: Labels): Record<string, string> {
  const entries = Object.entries(labels);
  return Object.fromEntries(
    entries.map(([name, text]) => [name, printable(text).slice(0, LONGEST)]),
  );
}
