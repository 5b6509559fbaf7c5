import { describe, expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

test('A filter is assembled to the code that the kernel’s bpf_asm prints', () => {
  // https://docs.kernel.org/networking/filter.html: "ldh [12]; jne #0x806, drop; ret #-1; drop: ret #0"
  const published = '4,40 0 0 12,21 0 1 2054,6 0 0 4294967295,6 0 0 0,';
  expect(
    runAgent(`
      my $code = Captures::assemble(
        [0x28, 12, '', ''], [0x15, 0x806, '', 'drop'], [0x06, 0xffffffff, '', ''], 'drop', [0x06, 0, '', '']);
      my @lines = unpack '(a8)*', $code;
      join ',', scalar @lines, map({ join ' ', unpack 'SCCL', $_ } @lines), ''`),
  ).toBe(published);
});

test('A label may be at any distance, and several lines may jump to it', () => {
  expect(
    runAgent(`
      my $code = Captures::assemble(
        ['ge', 5, 'end', 'middle'], [0x15, 6, '', 'end'], 'middle', [0x06, 1, '', ''], 'end', [0x06, 0, '', '']);
      [map { join ' ', unpack 'SCCL', $_ } unpack '(a8)*', $code]`),
  ).toEqual(['53 2 1 5', '21 0 1 6', '6 0 0 1', '6 0 0 0']);
});

test('A packet that came before the filter is not captured, and the next one is', () => {
  // Else the first packet of any kind looks like a packet that the firewall did not let in.
  expect(
    runAgent(`
      use Socket;
      socketpair my $in, my $out, AF_UNIX, SOCK_DGRAM, 0 or die;
      send $in, $_, 0 or die "send: $!" for 'early', 'also early';
      Captures::attach_filter($out, Captures::assemble([0x06, 0xffffffff, '', '']));
      send $in, 'later', 0 or die "send: $!";
      recv $out, my $bytes, 64, 0x40;
      $bytes`),
  ).toBe('later');
});

/** The lengths of the packets that a filter lets through the kernel, in order; 0 for each that it drops. */
function filtered(filter: string, packets: string): unknown {
  return runAgent(`
    use Socket;
    socketpair my $in, my $out, AF_UNIX, SOCK_DGRAM, 0 or die;
    Captures::attach_filter($out, ${filter});
    my $ip = sub { my ($ttl, $protocol, $payload) = @_;
      pack('CCnnnCCn', 0x45, 0, 20 + length $payload, 0, 0, $ttl, $protocol, 0) . pack('N2', 1, 2) . $payload };
    my $udp = sub { $ip->(shift, 17, pack('nnnn', 9, shift, 0, 0) . ($_[0] // 'Q0123abcd00000001')) };
    my $tcp = sub { my ($ttl, $flags, $length) = @_;
      $ip->($ttl, 6, pack('nnNNCCnnn', 1, 2, 0, 0, 0x50, $flags, 0, 0, 0) . 'x' x $length) };
    my $vxlan = sub { my ($inner, $port) = @_;
      $udp->(64, $port // 4789, Packets::vxlan(256, Packets::frame(('02:42:0a:00:09:03') x 2, $inner))) };
    [map {
      send $in, $_, 0 or die "send: $!";
      my $bytes;
      defined recv($out, $bytes, 4096, 0x40) ? \\length $bytes : \\0;
    } ${packets}]`);
}

describe('The filter of captures, run by the kernel', () => {
  test('accepts TTLs from 208 to 238, and no other', () => {
    expect(
      filtered('Captures::filter_for(4789)', 'map { $udp->($_, 4000) } 64, 207, 208, 238, 239'),
    ).toEqual([0, 0, 45, 45, 0]);
  });

  test('accepts a trial inside VXLAN by its own TTL, at the port of the cluster only', () => {
    expect(
      filtered(
        'Captures::filter_for(4789)',
        '$vxlan->($udp->(238, 4000)), $vxlan->($udp->(64, 4000)), $vxlan->($udp->(238, 4000), 8472)',
      ),
    ).toEqual([95, 0, 0]);
  });

  test('accepts TCP segments with a SYN or more than 600 bytes, and copies 256 bytes', () => {
    expect(
      filtered(
        'Captures::filter_for(4789)',
        '$tcp->(238, 0x02, 0), $tcp->(238, 0x12, 0), $tcp->(238, 0x10, 0), $tcp->(238, 0x18, 560), $tcp->(238, 0x18, 561)',
      ),
    ).toEqual([40, 40, 0, 0, 256]);
  });

  test('drops packets that are not IPv4 or have options', () => {
    expect(
      filtered(
        'Captures::filter_for(4789)',
        String.raw`"\x60" . substr($udp->(238, 4000), 1), "\x46" . substr($udp->(238, 4000), 1), 'short'`,
      ),
    ).toEqual([0, 0, 0]);
  });
});
