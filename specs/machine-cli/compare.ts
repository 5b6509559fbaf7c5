import type { Recording } from './recordings.ts';
import { rewriteTables } from './table.ts';

/** What came of a call. */
export interface Answer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a recording is replayed. */
export interface Place {
  /** Puts what is called otherwise here (paths, addresses, the driver) into a text of the recording. */
  readonly substitute: (text: string) => string;
  /** Machines that the recording had and that are not there in this replay. */
  readonly without: readonly string[];
}

/** What a call is to answer here, going by what was recorded of the real one. */
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

/** What a call did answer here, in the form in which it is compared. */
export function comparableAnswer({ exit, stdout, stderr }: Answer): Answer {
  const ours = ['MACAddress', 'Memory', 'CPUs', 'Engine', 'Egress'];
  return {
    exit,
    stdout: comparableStdout(withoutFields(stdout, ours)),
    stderr: comparableText(stderr),
  };
}

/** What is told of steps, by docker-machine of SSH and its provisioners; ours has others and names them otherwise. */
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

/** Whether docker-machine's steps are told by that line of stdout, which is not compared. */
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
      // What `find` says of a file's size depends on the length of our paths.
      .replace(/^([-d][-rwx]{9}) \d+ /gm, '$1 ')
      .replace(/^docker-machine version \S+, build \S+$/gm, 'docker-machine version <version>')
      .replace(/^\(debug\) .*\n(?:\(debug\) .*\n)*/gm, '(debug)\n')
  );
}

/**
 * Replaces a help text by the names in it: `<usage of ls: --quiet, -q; …>`. The words of help texts are our own; which
 * commands and options there are is not.
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

/** Several machines say what happens to them side by side: in any order, but each one in its own. */
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

/** What of a driver is each driver's own matter: of SSH, and of the Swarm, which `generic` never notes. */
function maskDriver(text: string): string {
  return inDriver(text, (driver) =>
    driver.replace(
      /"(SSHKeyPath|SwarmMaster|SwarmHost|SwarmDiscovery)":( ?)(?:"[^"]*"|true|false)/g,
      '"$1":$2<own>',
    ),
  );
}

/** A machine's config without the fields that only one of the two drivers has. */
function withoutFields(text: string, names: readonly string[]): string {
  const field = `"(?:${names.join('|')})": ?(?:"[^"]*"|[\\w.]+)`;
  return inDriver(text, (driver) =>
    driver
      .replace(new RegExp(`^ +${field},?\\n`, 'gm'), '')
      .replace(new RegExp(`${field},?`, 'g'), '')
      .replace(/,(\s*\})/g, '$1'),
  );
}

/** Changes what is in a text of a machine's driver: its part of config.json, or all that `{{json .Driver}}` prints. */
function inDriver(text: string, change: (driver: string) => string): string {
  if (/^\{\s*"(?:EnginePort|CPUs|Egress|IPAddress)":/.test(text)) return change(text);
  return text.replace(/^ +"Driver": \{\n.*?\n +\},?$/gms, change);
}

function firstWord(row: readonly string[]): string {
  return row[0]?.split(' ', 1)[0] ?? '';
}
