/**
 * Programs for response times, in Perl, which is essential in Debian. iperf3 measures none, qperf only averages, and netperf
 * is not free.
 */

/**
 * Answers each byte on each connection with the same byte, on the port in its first argument, or on a free one for 0. Prints
 * the port as soon as it listens there. Ends after two hours.
 */
export const RESPONDER = `use strict; use Socket;
alarm 7200;
$SIG{PIPE} = 'IGNORE';
socket(my $door, PF_INET, SOCK_STREAM, 6) or die "socket: $!";
setsockopt($door, SOL_SOCKET, SO_REUSEADDR, 1);
bind($door, pack_sockaddr_in($ARGV[0], INADDR_ANY)) or die "bind: $!";
listen($door, 512) or die "listen: $!";
$| = 1;
print +(sockaddr_in(getsockname($door)))[0], "\\n";
my %open;
while (1) {
  my $ready = '';
  vec($ready, fileno($_), 1) = 1 for $door, values %open;
  next if select($ready, undef, undef, undef) < 1;
  for my $number (keys %open) {
    next unless vec($ready, $number, 1);
    if (sysread($open{$number}, my $byte, 1)) { syswrite($open{$number}, $byte) }
    else { close delete $open{$number} }
  }
  if (vec($ready, fileno($door), 1) and accept(my $guest, $door)) {
    setsockopt($guest, 6, 1, 1);
    $open{fileno $guest} = $guest;
  }
}`;

/** The most times that are kept: local ports are not used up by connections that have just ended. */
const MOST = { rr: 200_000, crr: 10_000 } as const;
export type ResponseMode = keyof typeof MOST;

/** Returns the command that measures response times for some seconds in a container, and prints percentiles in microseconds. */
export function responseCommand(
  mode: ResponseMode,
  { address, port, seconds }: { address: string; port: number; seconds: number },
): readonly [string, ...string[]] {
  const words = [mode, address, port, seconds, MOST[mode]].map(String);
  return ['sh', '-c', 'exec perl -e "$ASKER" "$@"', 'ask', ...words];
}

/** Expected in the variable `ASKER` by {@link responseCommand}. */
export const ASKER = `use strict; use Socket; use POSIX ();
my ($mode, $host, $port, $seconds, $most) = @ARGV;
my $to = pack_sockaddr_in($port, inet_aton($host));
# perl-base has no Time::HiRes: this is clock_gettime(CLOCK_MONOTONIC).
my $call = (POSIX::uname())[4] eq 'x86_64' ? 228 : 113;
my $buffer = pack 'qq', 0, 0;
sub now { syscall($call, 1, $buffer); my ($s, $n) = unpack 'qq', $buffer; $s * 1e6 + $n / 1e3 }
sub connection {
  socket(my $socket, PF_INET, SOCK_STREAM, 6) or die "socket: $!\\n";
  setsockopt($socket, 6, 1, 1);
  connect($socket, $to) or die "connect: $!\\n";
  $socket
}
sub ask {
  my $socket = shift;
  syswrite($socket, 'x') or die "write: $!\\n";
  sysread($socket, my $byte, 1) or die "closed before an answer\\n";
}
my $end = now() + $seconds * 1e6;
my @times;
my $kept = $mode eq 'rr' ? connection() : undef;
while (now() < $end and @times < $most) {
  alarm 20;
  my $begin = now();
  my $socket = $kept || connection();
  ask($socket);
  close $socket unless $kept;
  push @times, now() - $begin;
}
my @sorted = sort { $a <=> $b } @times;
sub at { my $at = POSIX::ceil($_[0] * @sorted) - 1; sprintf '%.1f', $sorted[$at < 0 ? 0 : $at] }
printf qq({"count":%d,"p50":%s,"p90":%s,"p99":%s,"p999":%s}\\n), scalar @times, at(0.5), at(0.9), at(0.99), at(0.999);`;
