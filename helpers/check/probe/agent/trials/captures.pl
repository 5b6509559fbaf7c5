# Captures the packets of trials on all devices of a namespace. Trial packets have a rare time to live (TTL), by which a
# socket filter selects them in the kernel before it copies anything.

package Captures;

use strict;
use warnings;
use Socket ();

my ($AF_PACKET, $SOCK_DGRAM, $ETH_P_ALL) = (17, 2, 3);
my ($SOL_SOCKET, $SO_RCVBUF, $SO_ATTACH_FILTER, $SO_RCVBUFFORCE) = (1, 8, 26, 33);
my ($SOL_PACKET, $PACKET_STATISTICS) = (263, 6);
my ($SIOCGIFNAME, $MSG_DONTWAIT, $OTHER_HOST, $OUTGOING) = (0x8910, 0x40, 3, 4);

# Bytes of a socket's receive buffer.
my $BUFFER = 8_000_000;
# Packets that may be in it before its filter.
my $MAX_EARLY = 100_000;

# By namespace: {name, port, devices, sockets}.
my %captures;
# Packets that were not recorded because a limit or a buffer was full.
my $lost = 0;
# By trial, then by the words of a capture: the number of packets. The trials in the order of their first packet.
my (%counts, @order);
# Captures to keep, of one trial and in total. The oldest trials are forgotten, so that a flood costs no more memory.
our ($MAX_PER_TRIAL, $MAX_TOTAL) = (200, 30_000);
my $recorded = 0;

# capture VXLAN_PORT NAMESPACE… → the error of each namespace that it cannot open
#
# In the host's namespace it also captures the packets that the firewall lets in, on a device called "input".
sub open_all {
    my ($succeed, $fail, $port, @namespaces) = @_;
    my @failures;
    for my $namespace (grep { !$captures{$_} } @namespaces) {
        next if eval { open_one($port, $namespace); 1 };
        push @failures, $@ =~ s/\n\z//r;
    }
    $succeed->(\@failures);
}

sub open_one {
    my ($port, $namespace) = @_;
    my @sockets = (Namespaces::inside($namespace, \&open_taps), $namespace eq 'host' ? open_input(17) : ());
    Loop::require_room($_) for @sockets;
    my $capture = $captures{$namespace} = { name => $namespace, devices => {}, port => $port, sockets => \@sockets };
    for my $socket (@sockets) {
        prepare($socket, filter_for($port));
        Loop::on_readable($socket, sub { read_packets($capture, $socket) });
    }
}

# All devices, without link-layer headers: the underlying network need not be Ethernet.
sub open_taps {
    return Sockets::open_here($AF_PACKET, $SOCK_DGRAM, unpack 'S', pack 'n', $ETH_P_ALL);
}

# A raw socket gets the packets that passed the firewall.
sub open_input {
    return Sockets::open_here(Socket::PF_INET, Socket::SOCK_RAW, shift);
}

sub prepare {
    my ($socket, $filter) = @_;
    set_buffer($socket, $BUFFER);
    attach_filter($socket, $filter);
}

# From now on, the socket gives only packets that the filter accepts. Packets that came before it are discarded.
sub attach_filter {
    my ($socket, $filter) = @_;
    my $program = pack 'Sx![P]P', length($filter) / 8, $filter;
    setsockopt $socket, $SOL_SOCKET, $SO_ATTACH_FILTER, $program or die "filter: $!\n";
    # As many as a flood can leave there in between.
    for (1 .. $MAX_EARLY) {
        return if !defined recv $socket, my $bytes, 1, $MSG_DONTWAIT;
    }
}

# Only a privileged process may exceed the host's limit for buffers.
sub set_buffer {
    my ($socket, $bytes) = @_;
    setsockopt $socket, $SOL_SOCKET, $SO_RCVBUFFORCE, pack 'i', $bytes
        or setsockopt $socket, $SOL_SOCKET, $SO_RCVBUF, pack 'i', $bytes;
}

# Accepts packets with the TTL of trials, plain or in VXLAN, except TCP segments without a SYN and of at most
# 600 bytes: those would double the work.
sub filter_for {
    my $port = shift;
    my ($byte, $half, $equal, $greater, $bits, $return) = (0x30, 0x28, 0x15, 0x25, 0x45, 0x06);
    my $wanted = sub {
        my $at = shift;
        return (
            [$byte, $at + 8, '', ''],
            [$greater, $Packets::TTL, 'drop', ''], ['ge', $Packets::TTL - 30, '', 'drop'],
            [$byte, $at + 9, '', ''],
            [$equal, 6, '', 'accept'],
            [$byte, $at + 33, '', ''],
            [$bits, 0x02, 'accept', ''],
            [$half, $at + 2, '', ''],
            [$greater, 600, 'accept', 'drop'],
        );
    };
    my @lines = (
        [$byte, 0, '', ''], [$equal, 0x45, '', 'drop'],
        [$byte, 9, '', ''], [$equal, 17, '', 'plain'],
        [$half, 22, '', ''], [$equal, $port, '', 'plain'],
        [$byte, 50, '', ''], [$equal, 0x45, '', 'drop'],
        $wanted->(50),
        'plain', $wanted->(0),
        'accept', [$return, 256, '', ''],
        'drop', [$return, 0, '', ''],
    );
    return assemble(@lines);
}

# Assembles a classic BPF program (linux/filter.h). A line is [operation, value, label if true, label if false]; the
# label '' is the next line. A string marks the position of a label.
sub assemble {
    my (%labels, @lines);
    ref $_ ? push @lines, $_ : ($labels{$_} = @lines) for @_;
    my $at = 0;
    return join '', map {
        my ($operation, $value, @to) = @$_;
        $at++;
        $operation = 0x35 if $operation eq 'ge';
        pack 'SCCL', $operation, (map { $_ eq '' ? 0 : $labels{$_} - $at } @to), $value;
    } @lines;
}

sub read_packets {
    my ($capture, $socket) = @_;
    for (1 .. 64) {
        my ($device, $direction, $bytes) = read_packet($capture, $socket);
        return 0 if !defined $device;
        record($capture, $device, $direction, $bytes);
    }
    return 1;
}

# Returns (DEVICE, "in" or "out", BYTES, IS_FOR_OTHERS), or nothing if no packet is waiting. Frames for others have the
# MAC address of another device.
sub read_packet {
    my ($capture, $socket) = @_;
    my $from = recv $socket, my $bytes, 256, $MSG_DONTWAIT;
    return if !defined $from;
    my ($family, $index) = unpack 'S x2 i', $from;
    return ('input', 'in', $bytes) if $family != $AF_PACKET;
    my $device = $capture->{devices}{$index} //= name_of($socket, $index);
    return ($device, is_outgoing($from) ? 'out' : 'in', $bytes, type_of($from) == $OTHER_HOST);
}

sub is_outgoing {
    my $from = shift;
    return unpack('S', $from) == $AF_PACKET && type_of($from) == $OUTGOING;
}

# The type of a packet in the address of its device (struct sockaddr_ll, packet(7)).
sub type_of { return unpack 'x10 C', shift }

sub record {
    my ($capture, $device, $direction, $bytes) = @_;
    my @outer = ('-') x 3;
    if (my $tunnel = Packets::unwrap($bytes, $capture->{port})) {
        @outer = @$tunnel{qw(source destination vni)};
        $bytes = $tunnel->{inner};
    }
    my ($trial, $what) = Packets::recognize($bytes) or return;
    # TCP packets are identified by their addresses and ports, which `expect` does not announce.
    return if $trial =~ /^[0-9a-f]{16}\z/ && !Expected::has($trial);
    count_packet($trial, join ' ', $capture->{name}, $device, $direction, $what, @outer);
}

sub count_packet {
    my ($trial, $words) = @_;
    push @order, $trial if !$counts{$trial};
    my $captures = $counts{$trial} //= {};
    if (!$captures->{$words}) {
        return $lost++ if keys %$captures >= $MAX_PER_TRIAL;
        $recorded++;
    }
    $captures->{$words}++;
    forget_oldest() while $recorded > $MAX_TOTAL;
}

sub forget_oldest {
    my $captures = delete $counts{ shift @order };
    $recorded -= keys %$captures;
    $lost += $_ for values %$captures;
}

# Returns (trials, captures).
sub size { return (scalar keys %counts, $recorded) }

sub name_of {
    my ($socket, $index) = @_;
    my $request = pack 'x16 i x20', $index;
    ioctl $socket, $SIOCGIFNAME, $request or return "#$index";
    return unpack 'Z16', $request;
}

# The maximum number of reads of 64 packets: more than fit into a socket's buffer. Packets that arrive during the reads
# are left, because a flood would never let them end.
my $MAX_READS = 800;

# Reads all packets that have arrived.
sub read_all {
    for my $capture (values %captures) {
        for my $socket (@{ $capture->{sockets} }) {
            for (1 .. $MAX_READS) { read_packets($capture, $socket) or last }
        }
    }
}

# captured TRIAL… → {lost, captures: {TRIAL: ["NAMESPACE DEVICE in|out WHAT OUTER_SOURCE OUTER_DESTINATION VNI
# COUNT"…]}}
sub report {
    my ($succeed, $fail, @trials) = @_;
    read_all();
    my %counted = map {
        my $captures = $counts{$_};
        $_ => [map { "$_ $captures->{$_}" } sort keys %$captures];
    } grep { $counts{$_} } @trials;
    $lost += dropped_by($_->{sockets}[0]) for values %captures;
    $succeed->({ lost => \$lost, captures => \%counted });
}

# The kernel resets the counter with each read.
sub dropped_by { (unpack 'LL', getsockopt shift, $SOL_PACKET, $PACKET_STATISTICS)[1] }

1;
