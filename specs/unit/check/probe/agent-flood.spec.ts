import { describe, expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

const ANNOUNCED = 'Expected::add(sub {}, undef, "0123abcd");';

describe('What floods the probe’s agent takes no more room than its limits', () => {
  test('of a question no more than 23 bytes are kept, however much is said', () => {
    expect(
      runAgent(`${ANNOUNCED}
        my $said = { head => '', length => 0 };
        my $longest = 0;
        my @ends;
        for my $bytes ('Q0123abcd', '00000001', '999999', ('x' x 65_536) x 20) {
          my $trial = Listeners::add_bytes($said, $bytes);
          push @ends, $trial if defined $trial;
          $longest = length $said->{head} if length $said->{head} > $longest;
        }
        # Six zeros are too many bytes for what was asked: from there on each says that it is to end.
        [\\$longest, @ends]`),
    ).toEqual([23, ...Array.from({ length: 5 }, () => '')]);
  });

  test('a question counts when all of it was said, and not when its run was not announced', () => {
    expect(
      runAgent(`${ANNOUNCED}
        [map {
          my $said = { head => '', length => 0 };
          my $trial;
          $trial = Listeners::add_bytes($said, $_) for @$_ ? @$_ : ();
          $trial;
        } (['Q0123abcd00000001', '000030', '.......'],
           ['Q0123abcd00000001', '000030', '......'],
           ['Q0123abcdffffffff', '000030', '.......'],
           ['Q11111111', '00000001000030.......'],
           ['GET / HTTP/1.1', "\\r\\nHost: me\\r\\n"])]`),
    ).toEqual(['0123abcd00000001', null, '', '', '']);
  });

  test('the newest of a million forged packets are noted, and the others are counted', () => {
    expect(
      runAgent(`
        my $seen = sub { Captures::count_packet("10.0.9.2:$_[0]>10.0.9.3:80", 'host eth0 in syn - - -') };
        $seen->($_) for 1 .. 100_000;
        Captures::count_packet('one', "host eth0 in syn $_ - -") for 1 .. 1000;
        my ($trials, $notes) = Captures::size();
        my $told;
        Captures::report(sub { $told = shift }, undef, 'one', '10.0.9.2:100000>10.0.9.3:80', '10.0.9.2:1>10.0.9.3:80');
        my $words = @{ $told->{captures}{one} };
        [\\$notes, $told->{lost}, \\$words, sort keys %{ $told->{captures} }]`),
    ).toEqual([30_000, 70_000 + 800 + 200, 200, '10.0.9.2:100000>10.0.9.3:80', 'one']);
  });

  test('trials of other runs, and numbers that no run reaches, are not noted at all', () => {
    expect(
      runAgent(`${ANNOUNCED}
        my @has = map { Expected::has($_) ? \\'true' : \\'false' }
          qw(0123abcd00000000 0123abcd0001ffff 0123abcd00020000 0123abce00000000);
        \\@has`),
    ).toEqual([true, true, false, false]);
  });

  test('gossip is noted of the hosts that were named, whatever else sends', () => {
    expect(
      runAgent(`
        my $heard = { from => { '192.168.99.101' => 1 }, nic => {}, input => {} };
        Sniff::record($heard, 'nic', Packets::address($_)) for 1 .. 100_000;
        Sniff::record($heard, 'nic', '192.168.99.101');
        [sort keys %{ $heard->{nic} }]`),
    ).toEqual(['192.168.99.101']);
  });
});

/** Listens, floods the listener from a second process, and asks as a trial does. */
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
  Listeners::report(sub { $received = shift; die "told\\n" }, undef, '0123abcd00000007', '0123abcd00000008');
  eval { Loop::run() };`;

describe('A trial is answered', () => {
  test('while hundreds of connections say nothing, of which the oldest are closed', () => {
    const flood = 'my @silent = map { $open->(238) } 1 .. 500;';
    expect(
      runAgent(
        `${FLOODED(flood)} my $open_now = Listeners::size(); [$answer, @$received, \\$open_now]`,
      ),
    ).toEqual(['A0123abcd00000007', '0123abcd00000007', expect.toSatisfy((n) => n <= 300)]);
  });

  test('when no handle is left for a connection, which alone is refused', () => {
    const flood =
      'my @silent = map { $open->(238) } 1 .. 40; for (reverse @silent) { shutdown $_, 1; sysread $_, my $end, 1 }';
    expect(runAgent(`$Loop::MAX_HANDLES = 30; ${FLOODED(flood)} [$answer, @$received]`)).toEqual([
      'A0123abcd00000007',
      '0123abcd00000007',
    ]);
  });
});
