import { expect, test } from 'vitest';
import { runAgent, startAgent } from './run-agent.ts';

/** The lengths of the frames that the filter lets through the kernel, in order; 0 for each that it drops. */
function filtered(ports: string, frames: string): unknown {
  return runAgent(`
    use Socket;
    socketpair my $in, my $out, AF_UNIX, SOCK_DGRAM, 0 or die;
    Captures::attach_filter($out, Recorder::filter_for(${ports}));
    my $frame = sub { my ($type, $protocol, $from, $to) = @_;
      pack('x12 n', $type) . pack('CCnnnCCn', 0x45, 0, 40, 0, 0, 64, $protocol, 0) . pack('N2', 1, 2)
        . pack('nn', $from, $to) . 'x' x 16 };
    [map {
      send $in, $_, 0 or die "send: $!";
      my $bytes;
      defined recv($out, $bytes, 4096, 0x40) ? \\length $bytes : \\0;
    } ${frames}]`);
}

test('A recording leaves out TCP from and to the given ports, and nothing else', () => {
  const [tcp, udp, ipv4, arp] = [6, 17, '0x0800', '0x0806'];
  const frames = [
    `$frame->(${ipv4}, ${tcp}, 2376, 40000)`,
    `$frame->(${ipv4}, ${tcp}, 40000, 2376)`,
    `$frame->(${ipv4}, ${tcp}, 40000, 2377)`,
    `$frame->(${ipv4}, ${udp}, 2376, 2376)`,
    `$frame->(${arp}, ${tcp}, 2376, 2376)`,
  ].join(', ');
  expect(filtered('2376, 22', frames)).toEqual([0, 0, 54, 54, 54]);
  expect(filtered('', frames)).toEqual([54, 54, 54, 54, 54]);
});

test('Frames beyond the limit of waiting bytes are counted, and the others keep their order', () => {
  const result = runAgent(`
    local $Recorder::MAX_WAITING = 100;
    use Socket;
    socketpair my $in, my $out, AF_UNIX, SOCK_DGRAM, 0 or die;
    # A receiver reads the address of the sender as that of a device.
    bind $in, pack_sockaddr_un("\\0" . "$$" . 'x' x 20) or die;
    send $in, $_ x 40, 0 or die for qw(a b c);
    no warnings 'redefine';
    local *Follow::stamp_of = sub { '1' };
    local *Captures::name_of = sub { 'eth0' };
    local *Captures::dropped_by = sub { 0 };
    local *Loop::settle = sub { $_[0]->() };
    Recorder::read_frames('host', {}, $out);
    my $answer;
    Recorder::report(sub { $answer = shift });
    $answer`);
  expect(result).toMatchObject({
    dropped: 1,
    more: false,
    frames: [
      ['host', 'eth0', expect.any(Number), 'in', '1', '61'.repeat(40)],
      ['host', 'eth0', expect.any(Number), 'in', '1', '62'.repeat(40)],
    ],
  });
});

test.each([
  [['record', '2376,70000', 'host'], /invalid port: 70000/],
  [['record', '2376;', 'host'], /invalid port: 2376;/],
])('%j is refused', async (words, message) => {
  await using agent = startAgent();
  await expect(agent.call(...words)).rejects.toThrow(message);
});
