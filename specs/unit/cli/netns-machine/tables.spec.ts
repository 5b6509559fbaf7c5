import { expect, test } from 'vitest';
import { alignColumns } from '../../../../helpers/cli/netns-machine/template/align-columns.ts';
import { compareNaturally } from '../../../../helpers/cli/netns-machine/hosts/natural-order.ts';

// As docker-machine prints it, including trailing blanks.
const TABLE = `NAME          ACTIVE   DRIVER    STATE     URL                          SWARM                  DOCKER           ERRORS
alpha         -        netns     Stopped                                                       Unknown          
master-host   *        generic   Running   tcp://192.168.121.101:2376   master-host (master)   v20.10.5+dfsg1   
`;

test('a table has the column widths of docker-machine', () => {
  const rows = [
    ['NAME', 'ACTIVE', 'DRIVER', 'STATE', 'URL', 'SWARM', 'DOCKER', 'ERRORS'],
    ['alpha', '-', 'netns', 'Stopped', '', '', 'Unknown', ''],
    'master-host,*,generic,Running,tcp://192.168.121.101:2376,master-host (master),v20.10.5+dfsg1,'.split(
      ',',
    ),
  ];
  expect(alignColumns(rows.map((cells) => `${cells.join('\t')}\n`).join(''))).toBe(TABLE);
});

test('a column has at least five characters, and text after the last tab is not a column', () => {
  expect(alignColumns('a\tb\nc\td\n')).toBe('a    b\nc    d\n');
  expect(alignColumns('no tab at all\n')).toBe('no tab at all\n');
});

test('a line with fewer columns ends a column', () => {
  expect(alignColumns('long cell\tx\n\nb\ty\n')).toBe('long cell   x\n\nb    y\n');
});

test('names are in natural order', () => {
  const names = ['a10', 'third', 'a2', 'worker-host', 'A1', 'a1b', 'a', 'master-host'];
  expect(names.sort(compareNaturally)).toEqual([
    'a',
    'A1',
    'a1b',
    'a2',
    'a10',
    'master-host',
    'third',
    'worker-host',
  ]);
});
