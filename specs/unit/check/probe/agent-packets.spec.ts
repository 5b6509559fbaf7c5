import { describe, expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

const TRIAL = '0123abcd00000001';

/** Defines $hex, which converts bytes to hexadecimal digits, and $bytes, its reverse. */
const hex = 'my ($hex, $bytes) = (sub { unpack "H*", shift }, sub { pack "H*", shift });';

describe('The Internet checksum', () => {
  test.each([
    // https://www.rfc-editor.org/rfc/rfc1071#section-3: the sum is ddf2.
    ['0001f203f4f5f6f7', 0x220d],
    // https://en.wikipedia.org/wiki/Internet_checksum#Examples: an IPv4 header.
    ['45000073000040004011 0000 c0a80001c0a800c7', 0xb861],
    ['', 0xffff],
    // An odd byte is padded with zero (RFC 1071, section 1).
    ['01', 0xfeff],
    // Carries of a carry.
    ['ffffffff0001', 0xfffe],
  ])('of %s is as published', (bytes, checksum) => {
    expect(
      runAgent(`${hex} \\(Packets::checksum($bytes->($ARGV[0])))`, bytes.replaceAll(' ', '')),
    ).toBe(checksum);
  });

  test('of a packet with its checksum is zero, for IPv4 headers and ICMP messages', () => {
    expect(
      runAgent(`
        my $udp = Packets::udp_packet('10.0.9.2', '10.0.9.3', 9, 4000, 'odd');
        my $echo = Packets::echo_request(4711, 2, 'odd');
        [map { \\Packets::checksum($_) } substr($udp, 0, 20), $echo]`),
    ).toEqual([0, 0]);
  });
});

test('A UDP packet has its lengths, TTL 238, "do not fragment" and no UDP checksum', () => {
  expect(
    runAgent(`${hex} $hex->(Packets::udp_packet('10.0.9.2', '10.0.9.3', 9, 4000, 'abcde'))`),
  ).toBe(
    // version and length, total 33, id 0, DF, TTL 238, UDP, checksum, addresses
    '45000021 00004000 ee1166c7 0a000902 0a000903 0009 0fa0 000d 0000 6162636465'.replaceAll(
      ' ',
      '',
    ),
  );
});

test.each([
  [0, 17],
  [17, 17],
  [1422, 1422],
])('A payload of %d bytes has %d: a letter and the ID at least', (size, length) => {
  const payload = runAgent(`Packets::payload('Q', '${TRIAL}', ${size})`);
  expect(payload).toBe(`Q${TRIAL}`.padEnd(length, '.'));
});

describe('VXLAN', () => {
  /** Defines $packet: an injected packet in a frame in VXLAN in UDP between hosts. */
  const wrapped = `${hex}
    my $inner = Packets::udp_packet('10.0.9.2', '10.0.9.3', 9, 4000, 'T${TRIAL}');
    my $frame = Packets::frame('02:42:0a:00:09:03', '02:42:0a:00:09:02', $inner);
    my $payload = Packets::vxlan(4097, $frame);
    my $packet = Packets::udp_packet('192.168.99.101', '192.168.99.102', 49152, 4789, $payload);`;

  test('has the header of RFC 7348, section 5, then the Ethernet frame', () => {
    expect(runAgent(`${wrapped} $hex->(substr $payload, 0, 22)`)).toBe(
      // flags with a valid VNI, reserved, VNI 4097, reserved; MAC addresses; IPv4
      '08000000 00100100 02420a000903 02420a000902 0800'.replaceAll(' ', ''),
    );
  });

  test('is unwrapped to the outer addresses, the VNI and the inner packet', () => {
    expect(
      runAgent(`${wrapped}
        my $tunnel = Packets::unwrap($packet, 4789);
        my $same = delete $tunnel->{inner} eq $inner ? \\'true' : \\'false';
        [$tunnel, $same, Packets::recognize($inner)]`),
    ).toEqual([
      { source: '192.168.99.101', destination: '192.168.99.102', vni: '4097' },
      true,
      TRIAL,
      'request',
    ]);
  });

  test('is not found at another port, without the VNI flag, in TCP, or in a short packet', () => {
    expect(
      runAgent(`${wrapped}
        my ($unflagged, $tcp) = ($packet, $packet);
        substr $unflagged, 28, 1, "\\0";
        substr $tcp, 9, 1, "\\6";
        [map { Packets::unwrap(@$_) }
          [$packet, 8472], [$unflagged, 4789], [$tcp, 4789], [substr($packet, 0, 69), 4789]]`),
    ).toEqual([null, null, null, null]);
  });
});

/** The trials and parts that these packets are recognized as. */
function recognize(packets: string): unknown {
  return runAgent(`
      my $ip = sub { my ($protocol, $payload) = @_;
        pack('CCnnnCCn', 0x45, 0, 20 + length $payload, 0, 0, 238, $protocol, 0)
          . pack('C4 C4', 10, 0, 9, 2, 10, 0, 9, 3) . $payload };
      my $udp = sub { $ip->(17, pack('nnnn', 9, 4000, 0, 0) . shift) };
      my $tcp = sub { $ip->(6, pack('nnNNCCnnn', 40000, 4000, 0, 0, 0x50, shift, 0, 0, 0)) };
      my $icmp = sub { $ip->(1, pack('CCnnn', shift, 0, 0, 0, 0) . shift) };
      [map { [Packets::recognize($_)] } ${packets}]`);
}

describe('A packet is recognized', () => {
  test('by its letter and ID over UDP and ICMP', () => {
    expect(
      recognize(
        `$udp->('Q${TRIAL}...'), $udp->('A${TRIAL}'), $udp->('T${TRIAL}'), $icmp->(8, 'Q${TRIAL}')`,
      ),
    ).toEqual([
      [TRIAL, 'request'],
      [TRIAL, 'reply'],
      [TRIAL, 'request'],
      [TRIAL, 'request'],
    ]);
  });

  test('by its addresses and flags over TCP, and a SYN-ACK by those of its SYN', () => {
    const key = '10.0.9.2:40000>10.0.9.3:4000';
    expect(recognize('$tcp->(0x02), $tcp->(0x12), $tcp->(0x18)')).toEqual([
      [key, 'syn'],
      ['10.0.9.3:4000>10.0.9.2:40000', 'syn-ack'],
      [key, 'data'],
    ]);
  });

  test('not if it is an echo reply or has other content', () => {
    expect(
      recognize(
        `$icmp->(0, 'Q${TRIAL}'), $udp->('X${TRIAL}'), $udp->('Q0123ABCD00000001'), $udp->('')`,
      ),
    ).toEqual([[], [], [], []]);
  });
});
