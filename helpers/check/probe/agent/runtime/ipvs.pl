# Reads settings of IPVS that no file shows, and writes real servers.

package Ipvs;

use strict;
use warnings;
use Socket ();

# From linux/ip_vs.h: the options of a socket begin at 64 + 1024 + 64.
my $BASE = 64 + 1024 + 64;
my $GET_TIMEOUT = $BASE + 6;
my %SET = (add => $BASE + 7, remove => $BASE + 8, weigh => $BASE + 9);
my ($IPPROTO_IP, $IPPROTO_TCP) = (0, 6);
# A real server that IPVS reaches by rewriting addresses, as in the load balancers of engines.
my $MASQUERADE = 0;

# idle NAMESPACE → {tcp, udp}: seconds after which IPVS forgets an idle connection; 0 if the kernel does not balance that
# protocol; null without IPVS
sub idle {
    my ($succeed, $fail, $namespace) = @_;
    my $socket = Sockets::open_in($namespace, 'udp');
    my $bytes = getsockopt $socket, $IPPROTO_IP, $GET_TIMEOUT;
    return $succeed->({ tcp => undef, udp => undef }) if !defined $bytes || length $bytes < 12;
    my ($tcp, $closing, $udp) = unpack 'i3', $bytes;
    $succeed->({ tcp => \$tcp, udp => \$udp });
}

# balance NAMESPACE add|remove|weigh MARK ADDRESS WEIGHT → []
#
# Adds a real server to the virtual service with a firewall mark, removes it, or sets its weight.
sub balance {
    my ($succeed, $fail, $namespace, $change, $mark, $address, $weight) = @_;
    my $option = $SET{$change // ''} // die "unknown change: $change\n";
    for my $number ($mark, $weight) {
        die "not a number\n" if ($number // '') !~ /^\d{1,10}\z/;
    }
    my $packed = Socket::inet_pton(Socket::AF_INET, $address) // die "not an IPv4 address: $address\n";
    # IPVS stores services with a firewall mark under TCP.
    my $service = pack 'S x2 a4 n x2 L a16 L3', $IPPROTO_TCP, "\0" x 4, 0, $mark, '', 0, 0, 0;
    my $server = pack 'a4 n x2 L l L2', $packed, 0, $MASQUERADE, $weight, 0, 0;
    my $socket = Sockets::open_in($namespace, 'udp');
    setsockopt $socket, $IPPROTO_IP, $option, $service . $server or die "IPVS: $!\n";
    $succeed->([]);
}

1;
