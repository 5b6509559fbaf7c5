# Sends one packet, or opens one connection, and records it wherever it passes: on all devices of many namespaces. Its
# packets are identified by a number that every packet of the trace contains: the port or ICMP identifier of its sender.
# Addresses and the other port may be rewritten on the way.

package Follow;

use strict;
use warnings;
use Errno ();
use Socket ();

my ($SIOCGSTAMPNS, $MSG_DONTWAIT, $MSG_NOSIGNAL) = (0x8907, 0x40, 0x4000);
my %PROTOCOLS = (icmp => 1, tcp => 6, udp => 17);
my $ESP = 50;

# Bytes of a packet to read: the headers of VXLAN, and of an ICMP error in it.
my $SNAPSHOT = 256;
my $BUFFER = 1_000_000;
# Seconds from a packet to the question for its stamp, and the most attempts: without stamps, the order is uncertain.
my ($STAMP_AGE, $MAX_TRIES) = (0.004, 200);
# Packets to record of a trace.
our $MAX_RECORDS = 2000;

# By number: {number, port, esp, records, dropped, sockets}.
my %traces;

# follow NUMBER icmp|tcp|udp VXLAN_PORT esp|plain NAMESPACE… → the error of each namespace that it cannot open
#
# A device called "input" has the packets that the firewall of the namespace lets in.
sub start {
    my ($succeed, $fail, $number, $protocol, $port, $esp, @namespaces) = @_;
    die "invalid number: $number\n" if $number !~ /^\d{1,5}\z/ || $number < 1 || $number > 65_535;
    my $raw = $PROTOCOLS{$protocol} // die "unknown protocol: $protocol\n";
    my $trace = $traces{$number} //= { number => $number, port => $port, records => [], dropped => 0, open => {} };
    my @failures;
    for my $namespace (grep { !$trace->{open}{$_} } @namespaces) {
        next if eval { open_one($trace, $namespace, $raw, $esp eq 'esp' && $namespace eq 'host'); 1 };
        push @failures, "$namespace: " . $@ =~ s/\n\z//r;
    }
    when_stamped(sub { $succeed->(\@failures) });
}

# Calls the handler as soon as the kernel stamps packets, which it begins with a delay after the first request for a
# stamp. Until then, the stamp of a packet is the time of the request.
sub when_stamped {
    my ($call, $tries) = @_;
    $tries //= 0;
    my $socket = Sockets::open_here(Socket::PF_INET, Socket::SOCK_DGRAM, 0);
    stamp_of($socket);
    bind $socket, Sockets::address_of('127.0.0.1', 0) or die "bind: $!\n";
    send $socket, '', $MSG_DONTWAIT, getsockname $socket;
    Loop::after($STAMP_AGE, sub {
        my $got = recv $socket, my $bytes, 1, $MSG_DONTWAIT;
        my $age = System::real_nanoseconds() - stamp_of($socket);
        close $socket;
        return $call->() if $tries >= $MAX_TRIES || defined $got && $age >= $STAMP_AGE * 1e9 / 2;
        when_stamped($call, $tries + 1);
    });
}

sub open_one {
    my ($trace, $namespace, $raw, $has_esp) = @_;
    my @inputs = $namespace eq 'host' && $raw != 17 ? ($raw, 17) : ($raw);
    my @sockets = Namespaces::inside($namespace, sub {
        return (Captures::open_taps(), map { Sockets::open_here(Socket::PF_INET, Socket::SOCK_RAW, $_) } @inputs);
    });
    Loop::require_room($_) for @sockets;
    $trace->{open}{$namespace} = 1;
    my $place = { name => $namespace, devices => {} };
    for my $socket (@sockets) {
        Captures::set_buffer($socket, $BUFFER);
        Captures::attach_filter($socket, filter_for($trace, $has_esp));
        # The first call has the kernel stamp packets from now on.
        stamp_of($socket);
        Loop::on_readable($socket, sub { 1 while read_packet($trace, $place, $socket) });
    }
}

# Accepts packets with the number as a port or identifier, plain or in VXLAN, and ICMP errors about them.
sub filter_for {
    my ($trace, $has_esp) = @_;
    my ($number, $port) = @$trace{qw(number port)};
    my ($byte, $half, $equal, $return) = (0x30, 0x28, 0x15, 0x06);
    my $wanted = sub {
        my $at = shift;
        return (
            [$byte, $at, '', ''], [$equal, 0x45, '', 'drop'],
            [$byte, $at + 9, '', ''],
            [$equal, 6, "ports$at", ''], [$equal, 17, "ports$at", ''], [$equal, 1, '', 'drop'],
            [$byte, $at + 20, '', ''],
            [$equal, 8, "echo$at", ''], [$equal, 0, "echo$at", ''], [$equal, 11, "error$at", ''],
            [$equal, 3, '', 'drop'],
            "error$at",
            [$half, $at + 48, '', ''], [$equal, $number, 'accept', ''],
            [$half, $at + 50, '', ''], [$equal, $number, 'accept', ''],
            [$half, $at + 52, '', ''], [$equal, $number, 'accept', 'drop'],
            "echo$at",
            [$half, $at + 24, '', ''], [$equal, $number, 'accept', 'drop'],
            "ports$at",
            [$half, $at + 20, '', ''], [$equal, $number, 'accept', ''],
            [$half, $at + 22, '', ''], [$equal, $number, 'accept', 'drop'],
        );
    };
    return Captures::assemble(
        [$byte, 0, '', ''], [$equal, 0x45, '', 'drop'],
        [$byte, 9, '', ''],
        ($has_esp ? [$equal, $ESP, 'accept', ''] : ()),
        [$equal, 17, '', 'plain'],
        [$half, 22, '', ''], [$equal, $port, '', 'plain'],
        $wanted->(50),
        'plain', $wanted->(0),
        'accept', [$return, $SNAPSHOT, '', ''],
        'drop', [$return, 0, '', ''],
    );
}

sub read_packet {
    my ($trace, $place, $socket) = @_;
    my ($device, $direction, $bytes, $is_for_others) = Captures::read_packet($place, $socket);
    return 0 if !defined $device;
    # A bridge sends frames with an unknown destination to all of its ports.
    return 1 if $is_for_others && $place->{name} !~ /^overlay:/;
    my $record = read_headers($bytes, $trace->{port}) // return 1;
    if (@{ $trace->{records} } >= $MAX_RECORDS) {
        $trace->{dropped}++;
        return 1;
    }
    @$record{qw(at namespace device direction)} = (stamp_of($socket), $place->{name}, $device, $direction);
    push @{ $trace->{records} }, $record;
    return 1;
}

# Returns the time of the last packet that was read, in nanoseconds since 1970; 0 if the kernel has not stamped it.
sub stamp_of {
    my $socket = shift;
    my $time = pack 'qq', 0, 0;
    ioctl $socket, $SIOCGSTAMPNS, $time or return 0;
    my ($seconds, $nanoseconds) = unpack 'qq', $time;
    return $seconds <= 0 ? 0 : sprintf '%d%09d', $seconds, $nanoseconds;
}

# Returns the headers of an IP packet, outside and inside of VXLAN; undef for other packets.
sub read_headers {
    my ($bytes, $port) = @_;
    return undef if length $bytes < 28;
    my $outer;
    if (my $tunnel = Packets::unwrap($bytes, $port)) {
        my @macs = map { join ':', unpack '(H2)6', substr $bytes, $_, 6 } 36, 42;
        $outer = {
            source => $tunnel->{source}, destination => $tunnel->{destination}, vni => \$tunnel->{vni},
            toMac => $macs[0], fromMac => $macs[1],
        };
        $bytes = $tunnel->{inner};
    }
    my ($ttl, $protocol, $source, $destination) = unpack 'x8 C C x2 N N', $bytes;
    my %packet = (
        ttl => \$ttl, source => Packets::address($source), destination => Packets::address($destination),
        outer => $outer, sourcePort => undef, destinationPort => undef, spi => undef,
    );
    return undef if length $bytes < 28;
    return { %packet, kind => 'esp', spi => \unpack('N', substr $bytes, 20, 4) } if $protocol == $ESP;
    return { %packet, kind => kind_of_icmp(ord substr $bytes, 20, 1) } if $protocol == 1;
    my ($from, $to) = unpack 'nn', substr $bytes, 20, 4;
    my $kind = $protocol == 17 ? 'datagram' : length $bytes < 40 ? return undef : kind_of_tcp(ord substr $bytes, 33, 1);
    return { %packet, kind => $kind, sourcePort => \$from, destinationPort => \$to };
}

sub kind_of_icmp {
    my $type = shift;
    return $type == 8 ? 'echo' : $type == 0 ? 'echo-reply' : $type == 11 ? 'time-exceeded' : 'unreachable';
}

sub kind_of_tcp {
    my $flags = shift;
    return 'rst' if $flags & 0x04;
    return $flags & 0x10 ? 'syn-ack' : 'syn' if $flags & 0x02;
    return $flags & 0x01 ? 'fin' : 'ack';
}

# followed NUMBER → {dropped, packets: [{at, namespace, device, direction, kind, …}]}
sub report {
    my ($succeed, $fail, $number) = @_;
    my $trace = $traces{$number} // die "no trace with the number $number\n";
    # All packets that have arrived are read first.
    Loop::settle(sub { $succeed->({ dropped => \$trace->{dropped}, packets => $trace->{records} }) });
}

# send NUMBER icmp|tcp|udp NAMESPACE MILLISECONDS SOURCE DESTINATION PORT → {answered, from, error, milliseconds}
#
# An unanswered echo or datagram is sent once more after half of the time; the kernel repeats a SYN itself.
sub send_one {
    my ($succeed, $fail, $number, $protocol, $namespace, $limit, $source, $destination, $port) = @_;
    my $raw = $PROTOCOLS{$protocol} // die "unknown protocol: $protocol\n";
    my $type = { icmp => Socket::SOCK_RAW, tcp => Socket::SOCK_STREAM, udp => Socket::SOCK_DGRAM }->{$protocol};
    my $socket = Namespaces::inside($namespace, sub {
        my $new = Sockets::open_here(Socket::PF_INET, $type, $raw);
        # An earlier trace may have left the port in the state TIME-WAIT.
        setsockopt $new, Socket::SOL_SOCKET, Socket::SO_REUSEADDR, pack 'i', 1 or die "socket: $!\n";
        bind $new, Sockets::address_of($source, $protocol eq 'icmp' ? 0 : $number)
            or die 'bind: ' . Sockets::name_of($! + 0) . "\n";
        return $new;
    });
    my $sending = {
        succeed => $succeed, socket => $socket, protocol => $protocol, number => $number, timers => [], sent => 0,
        to => Sockets::address_of($destination, $protocol eq 'icmp' ? 0 : $port),
    };
    $sending->{began} = System::now();
    push @{ $sending->{timers} }, Loop::after($limit / 1000, sub { finish($sending, undef, 'ETIMEDOUT') });
    return connect_one($sending) if $protocol eq 'tcp';
    if ($protocol eq 'udp' && !connect $socket, $sending->{to}) {
        return finish($sending, undef, Sockets::name_of($! + 0));
    }
    Loop::on_readable($socket, sub { read_reply($sending) });
    push @{ $sending->{timers} }, Loop::after($limit / 2000, sub { send_packet($sending) });
    send_packet($sending);
}

sub connect_one {
    my $sending = shift;
    my $socket = $sending->{socket};
    if (!connect($socket, $sending->{to}) && !Sockets::would_block()) {
        return finish($sending, undef, Sockets::name_of($! + 0));
    }
    Loop::on_writable($socket, sub {
        my $error = Sockets::pending_error($socket);
        finish($sending, defined $error ? undef : (Sockets::read_address($sending->{to}))[0], $error);
    });
}

sub send_packet {
    my $sending = shift;
    return if $sending->{done};
    my ($socket, $payload, $flags) = ($sending->{socket}, 'overlay-e2e trace', $MSG_DONTWAIT | $MSG_NOSIGNAL);
    # The socket of a datagram is connected.
    my $length = $sending->{protocol} eq 'udp'
        ? send $socket, $payload, $flags
        : send $socket, Packets::echo_request($sending->{number}, ++$sending->{sent}, $payload), $flags, $sending->{to};
    return if defined $length;
    finish($sending, undef, Sockets::name_of($! + 0)) if !Sockets::would_block();
}

sub read_reply {
    my $sending = shift;
    my $from = recv $sending->{socket}, my $bytes, 2048, $MSG_DONTWAIT;
    if (!defined $from) {
        finish($sending, undef, Sockets::name_of($! + 0)) if !Sockets::would_block();
        return;
    }
    if ($sending->{protocol} eq 'udp') {
        return finish($sending, (Sockets::read_address($sending->{to}))[0], undef);
    }
    # A raw socket reads all ICMP packets of the namespace, with their IP headers.
    my ($type, $id) = unpack 'x20 C x3 n', $bytes;
    return if !defined $id || $type != 0 || $id != $sending->{number};
    finish($sending, Packets::address(unpack 'x12 N', $bytes), undef);
}

sub finish {
    my ($sending, $from, $error) = @_;
    return if $sending->{done}++;
    Loop::cancel($_) for @{ $sending->{timers} };
    Loop::drop($sending->{socket});
    my $answered = defined $from ? 'true' : 'false';
    my $milliseconds = sprintf '%.3f', (System::now() - $sending->{began}) * 1000;
    $sending->{succeed}->({
        answered => \$answered, from => $from, error => $error, milliseconds => \$milliseconds,
    });
}

1;
