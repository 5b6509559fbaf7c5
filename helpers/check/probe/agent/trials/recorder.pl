# Records whole frames on all devices of namespaces, for a capture file.

package Recorder;

use strict;
use warnings;

my ($AF_PACKET, $SOCK_RAW, $ETH_P_ALL) = (17, 3, 3);
my ($MSG_DONTWAIT, $OUTGOING) = (0x40, 4);

# Bytes of a socket's receive buffer, of a frame, of all frames that wait to be fetched, and of one response.
my ($BUFFER, $LONGEST) = (8_000_000, 262_144);
our ($MAX_WAITING, $MAX_RESPONSE) = (32_000_000, 4_000_000);

# In the order of their arrival: [NAMESPACE, DEVICE, TYPE, DIRECTION, NANOSECONDS, BYTES].
my @frames;
my ($waiting, $dropped) = (0, 0);
my %open;

# record PORTS NAMESPACE… → the error of each namespace that it cannot open
#
# TCP segments of these ports (comma-separated, or "-") are left out: the connection that fetches the frames would
# record itself.
sub start {
    my ($succeed, $fail, $ports, @namespaces) = @_;
    my @ports = $ports eq '-' ? () : split /,/, $ports;
    /^\d{1,5}\z/ && $_ > 0 && $_ < 65_536 or die "invalid port: $_\n" for @ports;
    my @failures;
    for my $namespace (grep { !$open{$_} } @namespaces) {
        next if eval { open_one($namespace, \@ports); 1 };
        push @failures, "$namespace: " . $@ =~ s/\n\z//r;
    }
    Follow::when_stamped(sub { $succeed->(\@failures) });
}

sub open_one {
    my ($namespace, $ports) = @_;
    my $socket = Namespaces::inside($namespace, sub {
        return Sockets::open_here($AF_PACKET, $SOCK_RAW, unpack 'S', pack 'n', $ETH_P_ALL);
    });
    Loop::require_room($socket);
    $open{$namespace} = $socket;
    Captures::set_buffer($socket, $BUFFER);
    Captures::attach_filter($socket, filter_for(@$ports));
    # The first call has the kernel stamp packets from now on.
    Follow::stamp_of($socket);
    my $devices = {};
    Loop::on_readable($socket, sub { read_frames($namespace, $devices, $socket) });
}

# Accepts everything except TCP over IPv4 from or to the ports.
sub filter_for {
    my @ports = @_;
    my ($byte, $half, $equal, $return) = (0x30, 0x28, 0x15, 0x06);
    my @each = map { [$equal, $_, 'drop', ''] } @ports;
    return Captures::assemble(
        [$half, 12, '', ''], [$equal, 0x0800, '', 'accept'],
        [$byte, 14, '', ''], [$equal, 0x45, '', 'accept'],
        [$byte, 23, '', ''], [$equal, 6, '', 'accept'],
        [$half, 34, '', ''], @each,
        [$half, 36, '', ''], @each,
        'accept', [$return, $LONGEST, '', ''],
        'drop', [$return, 0, '', ''],
    );
}

sub read_frames {
    my ($namespace, $devices, $socket) = @_;
    for (1 .. 64) {
        my $from = recv($socket, my $bytes, $LONGEST, $MSG_DONTWAIT);
        return 0 if !defined $from;
        my ($index, $type, $kind) = unpack 'x4 i S C', $from;
        my $stamp = Follow::stamp_of($socket);
        if ($waiting + length $bytes > $MAX_WAITING) {
            $dropped++;
            next;
        }
        my $device = $devices->{$index} //= Captures::name_of($socket, $index);
        my $direction = $kind == $OUTGOING ? 'out' : 'in';
        $waiting += length $bytes;
        push @frames, [$namespace, $device, $type, $direction, $stamp, $bytes];
    }
    return 1;
}

# recorded → {dropped, more, frames: [[NAMESPACE, DEVICE, TYPE, in|out, NANOSECONDS, HEX]…]}
sub report {
    my ($succeed) = @_;
    Loop::settle(sub {
        my ($length, @taken) = (0);
        while (@frames && $length < $MAX_RESPONSE) {
            my $frame = shift @frames;
            $length += length $frame->[5];
            push @taken, [@$frame[0, 1], \$frame->[2], @$frame[3, 4], unpack('H*', $frame->[5])];
        }
        $waiting -= $length;
        my $lost = $dropped;
        $dropped = 0;
        $lost += Captures::dropped_by($_) for values %open;
        my $more = @frames ? 'true' : 'false';
        $succeed->({ dropped => \$lost, more => \$more, frames => \@taken });
    });
}

1;
