# Sends the requests of trials, all of a batch in parallel, and waits for replies. Requests without a reply are sent
# twice more, so that one lost packet proves nothing.

package Trials;

use strict;
use warnings;
use Errno ();
use Socket ();

my ($IP_TTL, $MSG_DONTWAIT, $MSG_NOSIGNAL) = (2, 0x40, 0x4000);
my $BUFFER = 4_000_000;

# Seconds from the first request of a trial to each one; after the limit, the trial has failed.
my @SENDS = (0, 0.4, 0.8);
my $LIMIT = 1.3;
my $TICK = 0.05;
# The maximum of pending trials, weighted: a connection needs a file descriptor for each attempt, packets need none.
my %WEIGHTS = (tcp => 8, connect => 8);
my $MAX_WEIGHT = 1600;
# Failed trials that keep their sockets for a late reply.
my $MAX_UNANSWERED = 60;

# All trials by id.
my %trials;
# The trials that ping gossip, by the sequence number in the acknowledgement.
my @pings;
my (@waiting, %pending, @unanswered);
my $pending_weight = 0;
my $timer;
# The sending sockets, by protocol, namespace and source address.
my %sockets;

# request TRIAL… → [{trial, answered, from, milliseconds, error, sends, keys}], when each was answered or has failed
sub request_all {
    my ($succeed, $fail, @words) = @_;
    my $left = @words;
    my @batch = map { begin($_, sub { report_batch($succeed, @_) if --$left == 0 }) } @words;
    return $succeed->([]) if $left == 0;
    $_->{batch} = \@batch for @batch;
    push @waiting, @batch;
    start_next();
}

sub begin {
    my ($word, $done) = @_;
    my %trial;
    @trial{qw(id protocol namespace source destination port size)} = split /,/, $word;
    my @keys = $trial{protocol} =~ /^(?:tcp|connect)$/ ? () : $trial{id};
    return $trials{ $trial{id} } = { %trial, sends => 0, keys => \@keys, sockets => [], done => $done };
}

sub report_batch {
    my ($succeed, $batch) = @_;
    $succeed->([map { describe($_) } @$batch]);
}

# results TRIAL… → the same as request, with replies that have come since
sub report {
    my ($succeed, $fail, @ids) = @_;
    Loop::settle(sub { $succeed->([map { describe($_) } grep { defined } @trials{@ids}]) });
}

sub describe {
    my $trial = shift;
    my ($sends, $milliseconds) = ($trial->{sends}, $trial->{milliseconds});
    my $answered = defined $milliseconds ? 'true' : 'false';
    return {
        trial => $trial->{id}, answered => \$answered, from => $trial->{from}, error => $trial->{error},
        milliseconds => defined $milliseconds ? \sprintf('%.3f', $milliseconds) : undef,
        sends => \$sends, keys => $trial->{keys},
    };
}

sub start_next {
    while (@waiting && $pending_weight < $MAX_WEIGHT) {
        my $trial = shift @waiting;
        $pending{ $trial->{id} } = $trial;
        $pending_weight += $WEIGHTS{ $trial->{protocol} } // 1;
        send_request($trial);
    }
    $timer //= Loop::after($TICK, \&tick) if keys %pending;
}

# The time of a trial is counted in ticks, so that a host too busy to run the agent does not use it up.
sub tick {
    undef $timer;
    for my $trial (values %pending) {
        my $time = ++$trial->{ticks} * $TICK;
        finish($trial) if $time >= $LIMIT;
        send_request($trial) if $time < $LIMIT && $trial->{sends} < @SENDS && $time >= $SENDS[$trial->{sends}];
    }
    start_next();
}

sub finish {
    my $trial = shift;
    delete $pending{ $trial->{id} } or return;
    $pending_weight -= $WEIGHTS{ $trial->{protocol} } // 1;
    # A reply may be late only because one of the hosts is busy. Some sockets are kept for late replies.
    push @unanswered, grep { !defined $trial->{milliseconds} } $trial;
    drop_sockets(shift @unanswered) while @unanswered > $MAX_UNANSWERED;
    $trial->{done}->($trial->{batch});
}

sub drop_sockets { Loop::drop($_) for splice @{ $_[0]{sockets} } }

sub send_request {
    my $trial = shift;
    $trial->{started} //= System::now();
    $trial->{sends}++;
    return if eval { $trial->{protocol} =~ /^(?:tcp|connect)$/ ? connect_to($trial) : send_packet($trial); 1 };
    $trial->{error} = $@ =~ s/\n\z//r;
}

sub record_reply {
    my ($id, $from) = @_;
    my $trial = $trials{$id} // return;
    return if defined $trial->{milliseconds};
    $trial->{milliseconds} = (System::now() - $trial->{started}) * 1000;
    $trial->{from} = $from;
    finish($trial);
    start_next() if @waiting;
}

# Sends a packet once, without expecting a reply.
sub send_once {
    my %trial;
    @trial{qw(id protocol namespace source destination port)} = @_;
    send_packet({ %trial, sends => 1, size => 0 }, 'T');
}

sub send_packet {
    my ($trial, $letter) = @_;
    my $port = $trial->{protocol} eq 'icmp' ? 0 : $trial->{port};
    my $to = Sockets::address_of($trial->{destination}, $port);
    my $message = message_of($trial, $letter // 'Q');
    defined send socket_for($trial), $message, $MSG_DONTWAIT, $to or die Sockets::name_of($! + 0) . "\n";
}

sub message_of {
    my ($trial, $letter) = @_;
    return ping_for($trial) if $trial->{protocol} eq 'ping';
    my $payload = Packets::payload($letter, $trial->{id}, $trial->{size} - 28);
    return $trial->{protocol} eq 'udp' ? $payload : Packets::echo_request($$ & 0xffff, $trial->{sends}, $payload);
}

# A ping of HashiCorp's memberlist to any node: {SeqNo, Node} in MessagePack.
sub ping_for {
    my $trial = shift;
    $trial->{ping} //= push @pings, $trial;
    return pack 'C C C a* C N C a* C', 0, 0x82, 0xa5, 'SeqNo', 0xce, $trial->{ping}, 0xa4, 'Node', 0xa0;
}

# The sequence number in an acknowledgement has the shortest MessagePack encoding.
sub read_ack {
    my ($bytes, $address) = @_;
    $bytes =~ /SeqNo(?:([\x00-\x7f])|\xcc(.)|\xcd(..)|\xce(....))/s or return;
    my $number = hex unpack 'H*', $1 // $2 // $3 // $4;
    my $trial = $number > 0 ? $pings[$number - 1] : undef;
    record_reply($trial->{id}, $address) if defined $trial;
}

# Returns the socket for all packets of a protocol from one address.
sub socket_for {
    my $trial = shift;
    my ($protocol, $namespace, $source) = @$trial{qw(protocol namespace source)};
    return $sockets{"$protocol $namespace $source"} //= Namespaces::inside($namespace, sub {
        my ($kind, $number) = $protocol eq 'icmp' ? (Socket::SOCK_RAW, 1) : (Socket::SOCK_DGRAM, 0);
        my $new = Sockets::open_here(Socket::PF_INET, $kind, $number);
        prepare($new, $source);
        Captures::set_buffer($new, $BUFFER);
        # The kernel must not fragment packets, regardless of the path MTU that it knows.
        Sockets::forbid_fragments($new);
        Loop::on_readable($new, sub { 1 while read_reply($new, $protocol) });
        return $new;
    });
}

sub prepare {
    my ($socket, $source) = @_;
    setsockopt $socket, Socket::IPPROTO_IP, $IP_TTL, pack 'i', $Packets::TTL or die "socket: $!\n";
    bind $socket, Sockets::address_of($source, 0) or die "address $source: $!\n";
}

sub read_reply {
    my ($socket, $protocol) = @_;
    my $from = recv $socket, my $bytes, 2048, $MSG_DONTWAIT;
    # The error of an earlier packet is reported here once.
    return $!{EAGAIN} ? 0 : 1 if !defined $from;
    my ($address) = Sockets::read_address($from);
    if ($protocol eq 'ping') { read_ack($bytes, $address) }
    elsif ($protocol eq 'icmp') { read_icmp($bytes, $address) }
    elsif ($bytes =~ /^A([0-9a-f]{16})/) { record_reply($1, $address) }
    return 1;
}

sub read_icmp {
    my ($bytes, $address) = @_;
    my ($type, $code) = unpack 'x20 C C', $bytes;
    if ($type == 0) {
        record_reply($1, $address) if substr($bytes, 28) =~ /^Q([0-9a-f]{16})/;
    }
    elsif ($type != 8 && $bytes =~ /Q([0-9a-f]{16})/ && $trials{$1}) {
        $trials{$1}{error} = "ICMP type $type, code $code from $address";
    }
}

sub connect_to {
    my $trial = shift;
    my $socket = Sockets::open_in($trial->{namespace}, 'tcp');
    prepare($socket, $trial->{source});
    my $to = Sockets::address_of(@$trial{qw(destination port)});
    connect $socket, $to or Sockets::would_block() or die Sockets::name_of($! + 0) . "\n";
    my ($source, $port) = Sockets::read_address(getsockname $socket);
    push @{ $trial->{keys} }, "$source:$port>$trial->{destination}:$trial->{port}";
    push @{ $trial->{sockets} }, $socket;
    Loop::on_writable($socket, sub { connected($trial, $socket) });
}

sub connected {
    my ($trial, $socket) = @_;
    my $error = Sockets::pending_error($socket);
    return fail_connection($trial, $socket, $error) if defined $error;
    return write_request($trial, $socket) if $trial->{protocol} eq 'tcp';
    record_reply($trial->{id}, $trial->{destination});
    drop_sockets($trial);
}

sub write_request {
    my ($trial, $socket) = @_;
    my $size = $trial->{size} > 24 ? $trial->{size} : 24;
    my $unsent = 'Q' . $trial->{id} . sprintf('%06d', $size);
    $unsent .= '.' x ($size - length $unsent);
    my $write = sub {
        my $written = send $socket, $unsent, $MSG_NOSIGNAL;
        return if !defined $written && $!{EAGAIN};
        return fail_connection($trial, $socket, Sockets::name_of($! + 0)) if !defined $written;
        substr $unsent, 0, $written, '';
        return if length $unsent;
        Loop::forget($socket);
        Loop::on_readable($socket, sub { read_tcp_reply($trial, $socket) });
    };
    Loop::on_writable($socket, $write);
    $write->();
}

sub read_tcp_reply {
    my ($trial, $socket) = @_;
    my $got = sysread $socket, my $bytes, 64;
    return if !defined $got && $!{EAGAIN};
    my $error = defined $got ? 'closed without a reply' : Sockets::name_of($! + 0);
    return fail_connection($trial, $socket, $error) if !$got;
    return if $bytes ne "A$trial->{id}";
    record_reply($trial->{id}, $trial->{destination});
    drop_sockets($trial);
}

sub fail_connection {
    my ($trial, $socket, $error) = @_;
    $trial->{error} = $error;
    $trial->{sockets} = [grep { $_ != $socket } @{ $trial->{sockets} }];
    Loop::drop($socket);
}

1;
