# The network interfaces of the namespace that the agent is in.

package Links;

use strict;
use warnings;
use Socket ();

my ($SIOCGIFADDR, $SIOCGIFMTU) = (0x8915, 0x8921);

# Returns [{name, address, mtu}] of the interfaces with an IPv4 address.
sub all {
    my $socket = Sockets::open_here(Socket::PF_INET, Socket::SOCK_DGRAM, 0);
    return [map { describe($socket, $_) } names()];
}

# /proc/net belongs to the main thread's namespace; /proc/thread-self/net to the current one.
sub names {
    open my $file, '<', '/proc/thread-self/net/dev' or die "/proc/thread-self/net/dev: $!\n";
    return map { /^\s*([^:\s]+):/ ? $1 : () } <$file>;
}

sub describe {
    my ($socket, $name) = @_;
    my $request = pack 'Z16 x24', $name;
    ioctl $socket, $SIOCGIFADDR, $request or return ();
    my $address = join '.', unpack 'x20 C4', $request;
    $request = pack 'Z16 x24', $name;
    ioctl $socket, $SIOCGIFMTU, $request or return ();
    my $mtu = unpack 'x16 i', $request;
    return { name => $name, address => $address, mtu => \$mtu };
}

1;
