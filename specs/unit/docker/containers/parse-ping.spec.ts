import { describe, expect, test } from 'vitest';
import { parsePing } from '../../../../helpers/docker/containers/parse-ping.ts';

describe('iputils', () => {
  test('replies with names have the addresses behind them', () => {
    const report = parsePing(`PING mysqlserver (10.0.9.3) 56(84) bytes of data.
64 bytes from mysqlserver.my-net (10.0.9.3): icmp_seq=1 ttl=64 time=0.774 ms
64 bytes from mysqlserver.my-net (10.0.9.3): icmp_seq=2 ttl=64 time=0.061 ms

--- mysqlserver ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 201ms
rtt min/avg/max/mdev = 0.061/0.417/0.774/0.356 ms
`);
    expect(report).toEqual({
      resolvedAddress: '10.0.9.3',
      transmitted: 2,
      received: 2,
      duplicates: 0,
      from: ['10.0.9.3'],
      roundTrips: [0.774, 0.061],
      problems: [],
    });
  });

  test('without replies, all packets are lost', () => {
    const report = parsePing(`PING 192.168.187.102 (192.168.187.102) 56(84) bytes of data.

--- 192.168.187.102 ping statistics ---
2 packets transmitted, 0 received, 100% packet loss, time 201ms

`);
    expect(report).toMatchObject({ transmitted: 2, received: 0, from: [], problems: [] });
  });

  test('a host that a router reports as unreachable has not replied, despite lines with From', () => {
    const report = parsePing(`PING 10.0.9.77 (10.0.9.77) 56(84) bytes of data.
From 10.0.9.2 icmp_seq=1 Destination Host Unreachable
From tomcat-app (10.0.9.2) icmp_seq=2 Destination Host Unreachable

--- 10.0.9.77 ping statistics ---
2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1022ms
pipe 2
`);
    expect(report).toMatchObject({
      resolvedAddress: '10.0.9.77',
      received: 0,
      from: [],
      problems: ['Destination Host Unreachable'],
    });
  });

  test.each([
    ['20210202', 'ping: local error: message too long, mtu=1450'],
    ['20240905', 'ping: local error: message too long, mtu: 1450'],
  ])('a packet that is too long for its MTU is sent and not received (%s)', (_version, said) => {
    const report = parsePing(`PING 10.0.9.3 (10.0.9.3) 1423(1451) bytes of data.

--- 10.0.9.3 ping statistics ---
2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 203ms

${said}
${said}
`);
    expect(report).toMatchObject({ transmitted: 2, received: 0 });
    expect(report.problems).toEqual([said.replace('ping: ', '')]);
  });

  test.each([
    'ping: nosuchname: Temporary failure in name resolution',
    'ping: nosuchname: Name or service not known',
    'ping: unknown host nosuchname',
    "ping: bad address 'nosuchname'",
  ])('an unknown name is a problem without an address: %s', (said) => {
    expect(parsePing(`${said}\n`)).toMatchObject({
      resolvedAddress: undefined,
      transmitted: 0,
      received: 0,
      problems: [said.replace('ping: ', '')],
    });
  });

  test('a duplicate reply is counted', () => {
    const report = parsePing(`PING 10.0.9.3 (10.0.9.3) 56(84) bytes of data.
64 bytes from 10.0.9.3: icmp_seq=1 ttl=64 time=0.774 ms
64 bytes from 10.0.9.3: icmp_seq=1 ttl=64 time=0.801 ms (DUP!)

--- 10.0.9.3 ping statistics ---
1 packets transmitted, 1 received, +1 duplicates, 0% packet loss, time 0ms
`);
    expect(report).toMatchObject({ transmitted: 1, received: 1, duplicates: 1 });
  });
});

test('the tutorial’s own ping (inetutils) is supported', () => {
  expect(
    parsePing(`PING mysqlserver (10.0.9.3): 56 data bytes
64 bytes from 10.0.9.3: icmp_seq=0 ttl=64 time=0.347 ms
64 bytes from 10.0.9.3: icmp_seq=1 ttl=64 time=0.421 ms
--- mysqlserver ping statistics ---
2 packets transmitted, 2 packets received, 0% packet loss
round-trip min/avg/max/stddev = 0.347/0.384/0.421/0.037 ms
`),
  ).toMatchObject({
    resolvedAddress: '10.0.9.3',
    transmitted: 2,
    received: 2,
    from: ['10.0.9.3'],
    roundTrips: [0.347, 0.421],
  });
});

test('busybox’ ping is supported', () => {
  expect(
    parsePing(`PING 192.168.187.102 (192.168.187.102): 56 data bytes
64 bytes from 192.168.187.102: seq=0 ttl=64 time=0.077 ms
64 bytes from 192.168.187.102: seq=1 ttl=64 time=0.079 ms

--- 192.168.187.102 ping statistics ---
2 packets transmitted, 2 packets received, 0% packet loss
round-trip min/avg/max = 0.077/0.078/0.079 ms
`),
  ).toMatchObject({
    resolvedAddress: '192.168.187.102',
    received: 2,
    from: ['192.168.187.102'],
    roundTrips: [0.077, 0.079],
  });
});

test('replies from two addresses are returned as two', () => {
  const report = parsePing(`PING db (10.0.9.3) 56(84) bytes of data.
64 bytes from 10.0.9.3: icmp_seq=1 ttl=64 time=0.774 ms
64 bytes from 10.0.9.4: icmp_seq=2 ttl=64 time=0.061 ms
`);
  expect(report.from).toEqual(['10.0.9.3', '10.0.9.4']);
});
