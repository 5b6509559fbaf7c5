const UNITS = '(?:second|minute|hour|day|week|month|year)s?';

/**
 * What the docker client prints, without what differs from one cluster and one moment to the next: ids, times, sizes, the
 * host's own measures, and how wide a column is. Names, states and addresses stay, and their order where it is one.
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
      // As on any host, the manager learns of that bridge when it next looks at all networks.
      .replaceAll(/^.*\/docker_gwbridge .*\n/gm, '')
      // The manager asks the registry, if it reaches one, for which systems an image is.
      .replaceAll(' ostype==linux]', ']')
      // No published port is an empty list to the docker client, and nothing at all to docker-machine.
      .replaceAll(' {} {"Name":"always"', ' null {"Name":"always"')
      .replaceAll(/ {2,}/g, '  ')
      .replaceAll(/ +$/gm, '')
  );
}

/** A network's members are listed in the order of their random ids. */
function sortMembers(text: string): string {
  return text.replace(/(?<="Containers": \{\n)(.*?)(?=\n {8}\})/s, (members) =>
    members
      .split(/(?<=^ {12}\}),\n/m)
      .toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
      .join(',\n'),
  );
}

/** Containers are listed by the second that they were made in: those of one second in any order. */
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

/** nslookup asks for both kinds of addresses at once, and prints the answers as they come. */
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
