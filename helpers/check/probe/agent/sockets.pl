# Sockets in namespaces of the host, none of which ever blocks; and the errors of the kernel by their names.

package Sockets;

use strict;
use warnings;
use Errno ();
use Fcntl qw(F_SETFL O_NONBLOCK);
use Socket qw(AF_INET SOCK_DGRAM SOCK_STREAM SOL_SOCKET SO_ERROR inet_ntop inet_pton pack_sockaddr_in unpack_sockaddr_in);

my $SOCK_NONBLOCK = 0x800;
my $IPPROTO_IP = 0;
my ($IP_MTU_DISCOVER, $IP_MTU) = (10, 14);
# «Do not fragment» on all packets. With DO the kernel refuses those that are longer than what it knows of the way;
# with PROBE it sends all that the interface takes.
our %PATH_MTU = (do => 2, probe => 3);

my %TYPES = (udp => SOCK_DGRAM, tcp => SOCK_STREAM);

# A socket of that namespace, for udp or tcp.
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

sub forbid_fragments {
    my ($socket, $how) = @_;
    setsockopt $socket, $IPPROTO_IP, $IP_MTU_DISCOVER, pack 'i', $PATH_MTU{$how}
        or die "IP_MTU_DISCOVER: $!\n";
}

# What the kernel knows of the way to where this socket is connected to: the longest packet that passes.
sub path_mtu {
    my $mtu = getsockopt(shift, $IPPROTO_IP, $IP_MTU) // return undef;
    return unpack 'i', $mtu;
}

sub address_of {
    my ($address, $port) = @_;
    my $packed = inet_pton(AF_INET, $address) // die "not an IPv4 address: $address\n";
    return pack_sockaddr_in($port, $packed);
}

# (address, port)
sub read_address {
    my ($port, $packed) = unpack_sockaddr_in(shift);
    return (inet_ntop(AF_INET, $packed), $port);
}

# A connection that a listener has taken does not inherit that it never blocks.
sub unblock {
    my $handle = shift;
    fcntl $handle, F_SETFL, O_NONBLOCK or die "fcntl: $!\n";
}

sub own_port { return (read_address(getsockname shift))[1] }

# What came of a connection, or of a packet that was sent before: the name of an error, or nothing.
sub pending_error {
    my $code = unpack 'i', getsockopt shift, SOL_SOCKET, SO_ERROR;
    return $code == 0 ? undef : name_of($code);
}

my %NAMES = map { Errno->$_ => $_ } qw(
    EACCES EADDRINUSE EADDRNOTAVAIL ECONNABORTED ECONNREFUSED ECONNRESET EHOSTDOWN EHOSTUNREACH EINVAL EMSGSIZE
    ENETDOWN ENETUNREACH ENOBUFS ENODEV ENOPROTOOPT EPERM EPIPE EPROTO ETIMEDOUT
);

# ECONNREFUSED and the like.
sub name_of {
    my $code = shift;
    return $NAMES{$code} // "errno $code";
}

# Whether nothing is wrong: it would only have to wait.
sub would_block { return $!{EAGAIN} || $!{EINPROGRESS} || $!{EINTR} }

1;
