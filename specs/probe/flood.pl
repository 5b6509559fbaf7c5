# A hostile container: perl - ADDRESS UDP_PORT TCP_PORT RUN. It sends a fixed number of packets and bytes.
use strict;
use warnings;
use Socket;

my ($address, $udp_port, $tcp_port, $run) = @ARGV;

# Sets the TTL of trial packets.
sub with_ttl {
    my $socket = shift;
    setsockopt $socket, 0, 2, pack 'i', 238 or die "ttl: $!\n";
    return $socket;
}

sub connected {
    socket my $socket, PF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
    with_ttl($socket);
    connect $socket, pack_sockaddr_in($tcp_port, inet_aton($address)) or return undef;
    return $socket;
}

$SIG{PIPE} = 'IGNORE';

# Silent connections, more than the limit of the listener.
my @silent = map { connected() } 1 .. 400;

# Endless requests.
for my $head ("Q${run}00000001999999", 'Q1111111100000001000024') {
    my $socket = connected() or next;
    syswrite $socket, $head;
    for (1 .. 200) { defined syswrite $socket, 'x' x 100_000 or last }
}

# Requests with invalid numbers, and many with valid ones.
socket my $udp, PF_INET, SOCK_DGRAM, 0 or die "socket: $!\n";
with_ttl($udp);
my $to = pack_sockaddr_in($udp_port, inet_aton($address));
for my $number (1 .. 30_000) {
    send $udp, sprintf("Q%s%08x", $run, 0xffffffff - $number), 0, $to;
    send $udp, sprintf("Q%08x00000001", $number), 0, $to if $number % 10 == 0;
    send $udp, sprintf("Q%s%08x", $run, 0x10000 + $number % 65_536), 0, $to if $number % 5 == 0;
}
send $udp, "Q${run}ffffffff", 0, $to;
send $udp, 'Q1111111100000001', 0, $to;
print "flooded\n";
