/** What docker-machine tells of its own steps, by SSH and by its provisioners; ours has others and names them otherwise. */
const PROGRESS = [
  /^Waiting for machine to be running/,
  /^Detecting (?:operating system|the provisioner)/,
  /^Waiting for SSH/,
  /^Provisioning with/,
  /^Copying certs to/,
  /^Setting Docker configuration/,
  /^Configuring swarm/,
  /^Checking connection to Docker/,
  /^Restarting docker\.\.\./,
  /^\([\w-]+\) (?:Importing|Creating) SSH key/,
  /^\([\w-]+\) Starting the netns host/,
  /^\([\w-]+\) .*: once, into the cache\.\.\.$/,
];

/** Puts an output into the form in which ours and the recorded one are compared. */
export function normalise(text: string): string {
  return (
    readTables(summariseUsage(text))
      .split('\n')
      .filter((line) => !PROGRESS.some((pattern) => pattern.test(line)))
      .join('\n')
      // What `find` says of a file's size depends on the length of our paths.
      .replace(/^([-d][-rwx]{9}) \d+ /gm, '$1 ')
      .replace(/^\S+ version .*, build .*$/gm, '<version>')
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
  return `${text.slice(0, start.index)}<usage${whose}: ${names.join('; ')}>\n`;
}

/** Writes the cells of `ls`' table behind each other: how wide a column is depends on what else is in it. */
function readTables(text: string): string {
  const lines = text.split('\n');
  let columns: number[] = [];
  return lines
    .map((line) => {
      if (/^NAME +\S/.test(line)) {
        columns = Array.from(line.matchAll(/\S+/g), (match) => match.index);
      } else if (line.length <= (columns.at(-1) ?? Number.POSITIVE_INFINITY)) {
        if (!/^\S+ {2,}/.test(line)) columns = [];
      }
      if (columns.length < 2) return line;
      return columns.map((from, index) => line.slice(from, columns[index + 1]).trim()).join(' | ');
    })
    .join('\n');
}
