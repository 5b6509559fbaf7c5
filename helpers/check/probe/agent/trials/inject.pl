# Sends packets that expect no reply. The caller reads the captures and listeners of the receiver.

package Inject;

use strict;
use warnings;
use Socket ();

my ($AF_PACKET, $SOCK_RAW, $SIOCGIFINDEX) = (17, 3, 0x8933);

# By the kind of packet.
my %injectors = (
    udp => \&Trials::send_once,
    icmp => \&Trials::send_once,
    frame => \&inject_frame,
    tunnel => \&inject_tunnel,
);

# The sending sockets: by namespace and device for frames, "tunnel" for tunnels.
my %sockets;

# inject PACKET… → [{trial, error}], after each was sent once
sub inject_all {
    my ($succeed, $fail, @packets) = @_;
    $succeed->([map { inject_one($_) } @packets]);
}

sub inject_one {
    my ($id, $kind, @words) = split /,/, shift;
    my $inject = $injectors{$kind} // die "unknown kind of packet: $kind\n";
    return { trial => $id, error => undef } if eval { $inject->($id, $kind, @words); 1 };
    return { trial => $id, error => $@ =~ s/\n\z//r };
}

sub inject_frame {
    my ($id, undef, $namespace, $device, @inner) = @_;
    my $socket = $sockets{"$namespace $device"} //= Namespaces::inside($namespace, sub {
        socket my $new, $AF_PACKET, $SOCK_RAW, 0 or die "frame: $!\n";
        my $request = pack 'Z16 x24', $device;
        ioctl $new, $SIOCGIFINDEX, $request or die "device $device: $!\n";
        bind $new, pack 'SniSCCx8', $AF_PACKET, 0, unpack('x16 i', $request), 0, 0, 0 or die "frame: $!\n";
        return $new;
    });
    defined send $socket, frame_for($id, @inner), 0 or die Sockets::name_of($! + 0) . "\n";
}

sub inject_tunnel {
    my ($id, undef, $destination, $port, $vni, @inner) = @_;
    my $socket = $sockets{tunnel} //= Sockets::open_here(Socket::PF_INET, Socket::SOCK_DGRAM, 0);
    my $to = Sockets::address_of($destination, $port);
    defined send $socket, Packets::vxlan($vni, frame_for($id, @inner)), 0, $to or die Sockets::name_of($! + 0) . "\n";
}

sub frame_for {
    my ($id, $to_mac, $from_mac, $source, $destination, $port) = @_;
    # The source port is 9 (discard), on which nothing listens.
    return Packets::frame($to_mac, $from_mac, Packets::udp_packet($source, $destination, 9, $port, "T$id"));
}

1;
