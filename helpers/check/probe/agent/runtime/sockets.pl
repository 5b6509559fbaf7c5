# Non-blocking sockets in namespaces of the host, and the names of kernel errors.

package Sockets;

use strict;
use warnings;
use Errno ();
use Fcntl qw(F_SETFL O_NONBLOCK);
use Socket qw(AF_INET SOCK_DGRAM SOCK_STREAM SOL_SOCKET SO_ERROR inet_ntop inet_pton pack_sockaddr_in unpack_sockaddr_in);

my $SOCK_NONBLOCK = 0x800;
my $IPPROTO_IP = 0;
my ($IP_MTU_DISCOVER, $IP_PMTUDISC_PROBE) = (10, 3);

my %TYPES = (udp => SOCK_DGRAM, tcp => SOCK_STREAM);

# Opens a UDP or TCP socket in that namespace.
sub open_in {
    my ($namespace, $protocol) = @_;
    my $type = $TYPES{$protocol} // die "unknown protocol: $protocol\n";
    return Namespaces::inside($namespace, sub { open_here(AF_INET, $type, 0) });
}

sub open_here {
    my ($family, $type, $protocol) = @_;
    socket my $socket, $family, $type | $SOCK_NONBLOCK, $protocol or die "socket: $!\n";
    return $socket;
}

# Sets "do not fragment" on all packets, and sends every packet that the interface accepts: unlike with IP_PMTUDISC_DO, the
# kernel does not refuse packets longer than the path MTU that it knows (ip(7)).
sub forbid_fragments {
    setsockopt shift, $IPPROTO_IP, $IP_MTU_DISCOVER, pack 'i', $IP_PMTUDISC_PROBE or die "IP_MTU_DISCOVER: $!\n";
}

sub address_of {
    my ($address, $port) = @_;
    my $packed = inet_pton(AF_INET, $address) // die "not an IPv4 address: $address\n";
    return pack_sockaddr_in($port, $packed);
}

# Returns (address, port).
sub read_address {
    my ($port, $packed) = unpack_sockaddr_in(shift);
    return (inet_ntop(AF_INET, $packed), $port);
}

# An accepted connection does not inherit the non-blocking mode of its listener.
sub unblock {
    my $handle = shift;
    fcntl $handle, F_SETFL, O_NONBLOCK or die "fcntl: $!\n";
}

sub own_port { return (read_address(getsockname shift))[1] }

# Returns the name of a connection's or an earlier packet's error, or undef.
sub pending_error {
    my $code = unpack 'i', getsockopt shift, SOL_SOCKET, SO_ERROR;
    return $code == 0 ? undef : name_of($code);
}

my %NAMES = map { Errno->$_ => $_ } qw(
    EACCES EADDRINUSE EADDRNOTAVAIL ECONNABORTED ECONNREFUSED ECONNRESET EHOSTDOWN EHOSTUNREACH EINVAL EMSGSIZE
    ENETDOWN ENETUNREACH ENOBUFS ENODEV ENOPROTOOPT EPERM EPIPE EPROTO ETIMEDOUT
);

# Returns the name of an error code, such as ECONNREFUSED.
sub name_of {
    my $code = shift;
    return $NAMES{$code} // "errno $code";
}

# Tells if the last call failed only because it would have had to wait.
sub would_block { return $!{EAGAIN} || $!{EINPROGRESS} || $!{EINTR} }

1;
