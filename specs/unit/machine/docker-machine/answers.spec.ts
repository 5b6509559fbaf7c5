import { expect, test } from 'vitest';
import {
  parseInspection,
  parseRows,
  toMachine,
} from '../../../../helpers/machine/docker-machine/answers.ts';

const printed = JSON.stringify({
  ConfigVersion: 3,
  Driver: { IPAddress: '192.168.121.150', MachineName: 'alpha' },
  DriverName: 'netns',
  HostOptions: {
    EngineOptions: { ArbitraryFlags: ['cluster-advertise=eth1:2376'], Dns: null, Labels: null },
    AuthOptions: { StorePath: '/store/machines/alpha' },
  },
  Name: 'alpha',
});

test('a running machine has its current address, not the one from its creation', () => {
  const machine = toMachine(parseInspection('alpha', printed), {
    state: 'Running',
    url: 'tcp://192.168.121.151:2377',
  });
  expect(machine).toEqual({
    name: 'alpha',
    address: '192.168.121.151',
    state: 'Running',
    url: 'tcp://192.168.121.151:2377',
    endpoint: {
      kind: 'tls',
      host: '192.168.121.151',
      port: 2377,
      caFile: '/store/machines/alpha/ca.pem',
      certFile: '/store/machines/alpha/cert.pem',
      keyFile: '/store/machines/alpha/key.pem',
    },
    engineOptions: ['cluster-advertise=eth1:2376'],
    engineLabels: [],
    certificates: '/store/machines/alpha',
  });
});

test('a stopped machine has the address from its creation', () => {
  const machine = toMachine(parseInspection('alpha', printed), { state: 'Stopped', url: '' });
  expect([machine.state, machine.url]).toEqual(['Stopped', 'tcp://192.168.121.150:2376']);
});

test.each([
  ['Saved', 'Stopped'],
  ['Paused', 'Stopped'],
  ['Timeout', 'Error'],
  ['', 'Error'],
])('a machine in docker-machine’s state "%s" is %s', (state, ours) => {
  expect(toMachine(parseInspection('alpha', printed), { state, url: '' }).state).toBe(ours);
});

test('messages of docker-machine or a driver between the rows are ignored', () => {
  expect(parseRows('(m1) Check network to re-create if needed...\n')).toEqual([]);
});

test.each([
  ['an invalid machine name', 'machine:\t--force\tRunning\ttcp://10.0.0.1:2376\t'],
  ['an unknown state', 'machine:\tm1\tSleeping\t\t'],
  ['an invalid URL', 'machine:\tm1\tRunning\t10.0.0.1\t'],
  ['an incomplete row', 'machine:\tm1'],
])('a list with %s is an error', (_what, line) => {
  expect(() => parseRows(line)).toThrow('docker-machine ls: unexpected output');
});

test.each([
  ['another machine', { Name: 'beta' }],
  ['an invalid address', { Driver: { IPAddress: 'somewhere' } }],
  [
    'a relative path of certificates',
    { HostOptions: { EngineOptions: {}, AuthOptions: { StorePath: 'alpha' } } },
  ],
])('an inspection of %s is an error', (_what, wrong) => {
  const json = JSON.stringify({ ...JSON.parse(printed), ...wrong });
  expect(() => parseInspection('alpha', json)).toThrow(
    'machine alpha: docker-machine inspect: unexpected output',
  );
});

test('output that is not an inspection is an error that names the machine and the field', () => {
  expect(() => parseInspection('alpha', '{"Name": "alpha"}')).toThrow(
    /machine alpha: docker-machine inspect: .*DriverName/,
  );
  expect(() => parseInspection('alpha', 'Incorrect Usage.')).toThrow(/machine alpha/);
});

test('rows are in natural order of their names, and errors may contain any text', () => {
  const rows = parseRows(
    [
      'machine:\tm10\tRunning\ttcp://10.0.0.1:2376\t',
      'machine:\tm2\tError\t\tUnable to\tquery',
      '',
      'machine:\tm1\tStopped\t\t\n',
    ].join('\n'),
  );
  expect(rows.map(({ name }) => name)).toEqual(['m1', 'm2', 'm10']);
  expect(rows[1]).toEqual({ name: 'm2', state: 'Error', url: '', error: 'Unable to query' });
});
