const UNITS = '(?:second|minute|hour|day|week|month|year)s?';

/**
 * Returns the output of the docker client without the values that differ between clusters and over time: IDs, times,
 * sizes, properties of the host, and widths of columns. Names, states and addresses stay, and so does their order if it
 * is fixed.
 */
export function comparableOutput(text: string): string {
  return (
    sortAnswers(sortContainers(sortMembers(text)))
      .replaceAll(/\b(?:[A-Z2-7]{4}:){11}[A-Z2-7]{4}\b/g, '<engine>')
      .replaceAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b/g, '<id>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replaceAll(new RegExp(`\\b(?:About an?|Less than a|\\d+) ${UNITS}(?: ago)?`, 'g'), '<ago>')
      .replaceAll(/[\d./]+ ms\b/g, '<ms>')
      .replaceAll(/[\d.]+ ?(?:GiB|[MG]B)\b/g, '<size>')
      .replaceAll(/(kernelversion=|Kernel Version: )[^,\n]+/g, '$1<kernel>')
      .replaceAll(/(operatingsystem=)[^,]+/g, '$1<system>')
      .replaceAll(/(CPUs: (?:0 \/ )?)\d+/g, '$1<cpus>')
      .replaceAll(/^\d+: (eth\d@)if\d+:/gm, '<n>: $1<n>:')
      // On any host, the manager learns of this bridge only when it next lists all networks.
      .replaceAll(/^.*\/docker_gwbridge .*\n/gm, '')
      // With access to the registry, the manager queries it for the systems that an image supports.
      .replaceAll(' ostype==linux]', ']')
      // Without published ports, the docker client prints an empty list, and docker-machine prints null.
      .replaceAll(' {} {"Name":"always"', ' null {"Name":"always"')
      .replaceAll(/ {2,}/g, '  ')
      .replaceAll(/ +$/gm, '')
  );
}

/** Sorts the members of a network, which the manager lists in the order of their random IDs. */
function sortMembers(text: string): string {
  return text.replace(/(?<="Containers": \{\n)(.*?)(?=\n {8}\})/s, (members) =>
    members
      .split(/(?<=^ {12}\}),\n/m)
      .toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
      .join(',\n'),
  );
}

/** Sorts containers. The manager lists containers of the same second in any order. */
function sortContainers(text: string): string {
  return text.replace(/(?<=^CONTAINER ID .*\n)(?:[0-9a-f]{12} .*\n)+/m, (rows) =>
    rows
      .replace(/\n$/, '')
      .split('\n')
      .toSorted(byLastWord)
      .map((row) => `${row}\n`)
      .join(''),
  );
}

function byLastWord(one: string, other: string): number {
  return lastWord(one) < lastWord(other) ? -1 : 1;
}

function lastWord(row: string): string {
  return row.trimEnd().split(' ').at(-1) ?? '';
}

/** Sorts the answers of nslookup, which sends both queries at the same time and prints the answers as they arrive. */
function sortAnswers(text: string): string {
  return text.replace(/(?:Non-authoritative answer:\n(?:\S.*\n)*\n){2}/, (answers) =>
    answers
      .split(/(?=Non-authoritative)/)
      .toSorted()
      .join(''),
  );
}

function nameOf(member: string): string {
  return /"Name": "(\w+)"/.exec(member)?.[1] ?? '';
}
