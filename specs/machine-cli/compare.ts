import type { Recording } from './recordings.ts';
import { rewriteTables } from './table.ts';

/** The result of a command. */
export interface Answer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment in which a recording is replayed. */
export interface Place {
  /** Replaces paths, addresses and the driver of the recording by those of this environment. */
  readonly substitute: (text: string) => string;
  /** Machines of the recording that do not exist in this replay. */
  readonly without: readonly string[];
}

/** Returns the expected result of a command, based on the recording of the real docker-machine. */
export function expectedAnswer({ exit, stdout, stderr }: Recording, place: Place): Answer {
  const here = (text: string) =>
    rewriteTables(text, (row) =>
      place.without.includes(firstWord(row)) ? undefined : row.map(place.substitute),
    );
  const theirs = ['EnginePort', 'SSHKey', 'Index'];
  return {
    exit,
    stdout: comparableStdout(withoutFields(here(stdout), theirs)),
    stderr: comparableText(here(stderr)),
  };
}

/** Returns the actual result of a command, in the form in which it is compared. */
export function comparableAnswer({ exit, stdout, stderr }: Answer): Answer {
  const ours = ['MACAddress', 'Memory', 'CPUs', 'Engine', 'Egress'];
  return {
    exit,
    stdout: comparableStdout(withoutFields(stdout, ours)),
    stderr: comparableText(stderr),
  };
}

/** Progress messages about SSH and provisioners, which only docker-machine prints. netns-machine has other steps. */
const PROGRESS = [
  /^Waiting for machine to be running, this may take a few minutes\.\.\.$/,
  /^Detecting (?:operating system of created instance|the provisioner)\.\.\.$/,
  /^Waiting for SSH to be available\.\.\.$/,
  /^Provisioning with \w+\.\.\.$/,
  /^Copying certs to the (?:local machine directory|remote machine)\.\.\.$/,
  /^Setting Docker configuration on the remote daemon\.\.\.$/,
  /^Configuring swarm\.\.\.$/,
  /^Checking connection to Docker\.\.\.$/,
  /^Restarting docker\.\.\.$/,
  /^\([\w-]+\) (?:Importing|Creating) SSH key\.\.\.$/,
  /^\([\w-]+\) Starting the netns host\.\.\.$/,
  /^\([\w-]+\) .*: once, into the cache\.\.\.$/,
];

/** Returns true for a line of stdout that reports docker-machine's progress. These lines are not compared. */
export function isProgress(line: string): boolean {
  return PROGRESS.some((pattern) => pattern.test(line));
}

function comparableStdout(text: string): string {
  return comparableText(
    text
      .split('\n')
      .filter((line) => !isProgress(line))
      .join('\n'),
  );
}

function comparableText(text: string): string {
  return (
    groupByMachine(maskDriver(summariseUsage(text)))
      // The size of a file in the output of `find` depends on the length of the paths in it.
      .replace(/^([-d][-rwx]{9}) \d+ /gm, '$1 ')
      .replace(/^docker-machine version \S+, build \S+$/gm, 'docker-machine version <version>')
      .replace(/^\(debug\) .*\n(?:\(debug\) .*\n)*/gm, '(debug)\n')
  );
}

/**
 * Replaces a help text by the names in it: `<usage of ls: --quiet, -q; …>`. Commands and options must be those of
 * docker-machine; the texts are our own.
 */
function summariseUsage(text: string): string {
  const start = /^Usage: docker-machine (?:\[OPTIONS\] COMMAND|(\S+))/m.exec(text);
  if (start === null) return text;
  const [, command] = start;
  const names = text
    .slice(start.index)
    .split('\n')
    .flatMap((line) => {
      const option = /^ +(-{1,2}[\w-]+(?:, -\w)?)/.exec(line)?.[1];
      const name = command === undefined ? /^ {2}([a-z-]+) /.exec(line)?.[1] : undefined;
      return option ?? name ?? [];
    })
    .filter((name) => !name.startsWith('--netns-'));
  const whose = command === undefined ? '' : ` of ${command}`;
  const end = /\n*$/.exec(text)?.[0] ?? '';
  return `${text.slice(0, start.index)}<usage${whose}: ${names.join('; ')}>${end}`;
}

/** Groups lines by machine: several machines print in parallel, and only the order within a machine is fixed. */
function groupByMachine(text: string): string {
  const spoken = /(?:^(?:Starting|Stopping|Restarting|Machine) "[^"\n]+".*\n)+/gm;
  return text.replace(spoken, (lines) => {
    const sorted = lines.slice(0, -1).split('\n').toSorted(compareMachines);
    return `${sorted.join('\n')}\n`;
  });
}

function compareMachines(one: string, other: string): number {
  const [, a = ''] = one.split('"');
  const [, b = ''] = other.split('"');
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Removes the driver-specific parts of a config: SSH settings, and the Swarm, which `generic` never records. */
function maskDriver(text: string): string {
  return inDriver(text, (driver) =>
    driver.replace(
      /"(SSHKeyPath|SwarmMaster|SwarmHost|SwarmDiscovery)":( ?)(?:"[^"]*"|true|false)/g,
      '"$1":$2<own>',
    ),
  );
}

/** Returns a machine's config without the fields that only one of the two drivers has. */
function withoutFields(text: string, names: readonly string[]): string {
  const field = `"(?:${names.join('|')})": ?(?:"[^"]*"|[\\w.]+)`;
  return inDriver(text, (driver) =>
    driver
      .replace(new RegExp(`^ +${field},?\\n`, 'gm'), '')
      .replace(new RegExp(`${field},?`, 'g'), '')
      .replace(/,(\s*\})/g, '$1'),
  );
}

/**
 * Changes the parts of a text that a machine's driver provides: its section of config.json, or the output of `{{json
 * .Driver}}`.
 */
function inDriver(text: string, change: (driver: string) => string): string {
  if (/^\{\s*"(?:EnginePort|CPUs|Egress|IPAddress)":/.test(text)) return change(text);
  return text.replace(/^ +"Driver": \{\n.*?\n +\},?$/gms, change);
}

function firstWord(row: readonly string[]): string {
  return row[0]?.split(' ', 1)[0] ?? '';
}
