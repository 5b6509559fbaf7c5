import { describe, expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

const ANNOUNCED = 'Expected::add(sub {}, undef, "0123abcd");';

describe('A flood costs the agent no more memory than its limits', () => {
  test('at most 23 bytes of a request are kept, regardless of its length', () => {
    expect(
      runAgent(`${ANNOUNCED}
        my $connection = { head => '', length => 0 };
        my $longest = 0;
        my @closes;
        for my $bytes ('Q0123abcd', '00000001', '999999', ('x' x 65_536) x 20) {
          my $trial = Listeners::add_bytes($connection, $bytes);
          push @closes, $trial if defined $trial;
          $longest = length $connection->{head} if length $connection->{head} > $longest;
        }
        # More bytes than the head announces: from there on, the connection is to be closed.
        [\\$longest, @closes]`),
    ).toEqual([23, ...Array.from({ length: 5 }, () => '')]);
  });

  test('a request counts when it is complete and its run was announced', () => {
    expect(
      runAgent(`${ANNOUNCED}
        [map {
          my $connection = { head => '', length => 0 };
          my $trial;
          $trial = Listeners::add_bytes($connection, $_) for @$_ ? @$_ : ();
          $trial;
        } (['Q0123abcd00000001', '000030', '.......'],
           ['Q0123abcd00000001', '000030', '......'],
           ['Q0123abcdffffffff', '000030', '.......'],
           ['Q11111111', '00000001000030.......'],
           ['GET / HTTP/1.1', "\\r\\nHost: me\\r\\n"])]`),
    ).toEqual(['0123abcd00000001', null, '', '', '']);
  });

  test('the newest of 100,000 forged packets are kept, and the others are counted', () => {
    expect(
      runAgent(`
        my $seen = sub { Captures::count_packet("10.0.9.2:$_[0]>10.0.9.3:80", 'host eth0 in syn - - -') };
        $seen->($_) for 1 .. 100_000;
        Captures::count_packet('one', "host eth0 in syn $_ - -") for 1 .. 1000;
        my ($trials, $captures) = Captures::size();
        my $response;
        Captures::report(sub { $response = shift }, undef, 'one', '10.0.9.2:100000>10.0.9.3:80', '10.0.9.2:1>10.0.9.3:80');
        my $words = @{ $response->{captures}{one} };
        [\\$captures, $response->{lost}, \\$words, sort keys %{ $response->{captures} }]`),
    ).toEqual([30_000, 70_000 + 800 + 200, 200, '10.0.9.2:100000>10.0.9.3:80', 'one']);
  });

  test('trials of other runs, and numbers that no run reaches, are ignored', () => {
    expect(
      runAgent(`${ANNOUNCED}
        my @has = map { Expected::has($_) ? \\'true' : \\'false' }
          qw(0123abcd00000000 0123abcd0001ffff 0123abcd00020000 0123abce00000000);
        \\@has`),
    ).toEqual([true, true, false, false]);
  });

  test('gossip is recorded from the given addresses only', () => {
    expect(
      runAgent(`
        my $sniffer = { from => { '192.168.99.101' => 1 }, nic => {}, input => {} };
        Sniff::record($sniffer, 'nic', Packets::address($_)) for 1 .. 100_000;
        Sniff::record($sniffer, 'nic', '192.168.99.101');
        [sort keys %{ $sniffer->{nic} }]`),
    ).toEqual(['192.168.99.101']);
  });
});

/** Listens, floods the listener from a second process, then sends the request of a trial. */
const FLOODED = (flood: string) => `${ANNOUNCED}
  use Socket;
  my $listener;
  Listeners::open_all(sub { $listener = $_[0][0] }, undef, 'host');
  my $port = \${ $listener->{tcp} };
  my $open = sub {
    my $ttl = shift;
    socket my $socket, PF_INET, SOCK_STREAM, 0 or die;
    setsockopt $socket, 0, 2, pack 'i', $ttl or die;
    connect $socket, pack_sockaddr_in($port, inet_aton('127.0.0.1')) or die "connect: $!";
    return $socket;
  };
  pipe my $from, my $to or die;
  my $child = fork // die;
  if ($child == 0) {
    ${flood}
    my $socket = $open->(238);
    syswrite $socket, 'Q0123abcd00000007000024.';
    sysread $socket, my $answer, 100;
    syswrite $to, $answer;
    POSIX::_exit(0);
  }
  my $answer = '';
  my $most = 0;
  Loop::on_readable($from, sub { sysread $from, $answer, 100; die "end\\n" });
  Loop::after(30, sub { die "end\\n" });
  eval { Loop::run() };
  kill KILL => $child;
  my $received;
  Listeners::report(sub { $received = shift; die "end\\n" }, undef, '0123abcd00000007', '0123abcd00000008');
  eval { Loop::run() };`;

describe('A trial is answered', () => {
  test('while hundreds of connections are silent: the oldest are closed', () => {
    const flood = 'my @silent = map { $open->(238) } 1 .. 500;';
    expect(
      runAgent(
        `${FLOODED(flood)} my $open_now = Listeners::size(); [$answer, @$received, \\$open_now]`,
      ),
    ).toEqual(['A0123abcd00000007', '0123abcd00000007', expect.toSatisfy((n) => n <= 300)]);
  });

  test('when no file descriptor is left for a connection, which is refused', () => {
    const flood =
      'my @silent = map { $open->(238) } 1 .. 40; for (reverse @silent) { shutdown $_, 1; sysread $_, my $end, 1 }';
    expect(runAgent(`$Loop::MAX_HANDLES = 30; ${FLOODED(flood)} [$answer, @$received]`)).toEqual([
      'A0123abcd00000007',
      '0123abcd00000007',
    ]);
  });
});
