# Sends the questions of trials, all of a batch side by side, and waits for their answers. What is not answered is asked
# twice more, so that one lost packet says nothing.

package Trials;

use strict;
use warnings;
use Errno ();
use Socket ();

my ($IP_TTL, $MSG_DONTWAIT, $MSG_NOSIGNAL) = (2, 0x40, 0x4000);
my $BUFFER = 4_000_000;

# Seconds from the first time that a trial is sent; after the last one it has failed.
my @SENDS = (0, 0.4, 0.8);
my $LIMIT = 1.3;
my $TICK = 0.05;
# What may be under way at once: a connection takes a handle for each time that it is tried, packets take none.
my %WEIGHTS = (tcp => 8, connect => 8);
my $MAX_WEIGHT = 1600;
# Of trials that have failed, so many keep their sockets for an answer that comes late.
my $MAX_UNANSWERED = 60;

# By trial: all that is known of it.
my %trials;
# The trials that ask gossip, by the number that comes back.
my @pings;
my (@waiting, %pending, @unanswered);
my $pending_weight = 0;
my $timer;
# By namespace and source address: sockets to send from.
my %sockets;

# try TRIAL… → [{trial, answered, from, milliseconds, error, sends, keys}], when each was answered or has failed.
#
# TRIAL is ID,PROTOCOL,NAMESPACE,SOURCE,DESTINATION,PORT,SIZE with PROTOCOL icmp, udp or tcp; or connect, which only
# opens a connection; or ping, which asks for the acknowledgement of an engine's gossip. SIZE is that of the IP packet, of
# all that is said over TCP; 0 is as short as can be. The keys are those by which its packets were noted.
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

# answers TRIAL… → as try: what has become of them since
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

# The time of a trial is counted in ticks: a host that is too busy to let the agent run does not use it up.
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
    # An answer may be late only because this host or the other is busy; sockets are kept for that, but not too many.
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

# Sends it once, for nobody to answer.
sub send_once {
    my %trial;
    @trial{qw(id protocol namespace source destination port)} = @_;
    send_packet({ %trial, sends => 1, size => 0 }, 'T');
}

sub send_packet {
    my ($trial, $letter) = @_;
    my $port = $trial->{protocol} eq 'icmp' ? 0 : $trial->{port};
    my $to = Sockets::address_of($trial->{destination}, $port);
    defined send socket_for($trial), message_of($trial, $letter // 'Q'), $MSG_DONTWAIT, $to or die Sockets::name_of($! + 0) . "\n";
}

sub message_of {
    my ($trial, $letter) = @_;
    return ping_for($trial) if $trial->{protocol} eq 'ping';
    my $payload = Packets::payload($letter, $trial->{id}, $trial->{size} - 28);
    return $trial->{protocol} eq 'udp' ? $payload : Packets::echo_request($$ & 0xffff, $trial->{sends}, $payload);
}

# A ping of HashiCorp's memberlist, to whoever gets it: {SeqNo, Node} in MessagePack.
sub ping_for {
    my $trial = shift;
    $trial->{ping} //= push @pings, $trial;
    return pack 'C C C a* C N C a* C', 0, 0x82, 0xa5, 'SeqNo', 0xce, $trial->{ping}, 0xa4, 'Node', 0xa0;
}

# The number in an acknowledgement is written as short as can be.
sub read_ack {
    my ($bytes, $address) = @_;
    $bytes =~ /SeqNo(?:([\x00-\x7f])|\xcc(.)|\xcd(..)|\xce(....))/s or return;
    my $number = hex unpack 'H*', $1 // $2 // $3 // $4;
    my $trial = $number > 0 ? $pings[$number - 1] : undef;
    record_reply($trial->{id}, $address) if defined $trial;
}

# One socket for all packets of a protocol from one address.
sub socket_for {
    my $trial = shift;
    my ($protocol, $namespace, $source) = @$trial{qw(protocol namespace source)};
    return $sockets{"$protocol $namespace $source"} //= Namespaces::inside($namespace, sub {
        my ($kind, $number) = $protocol eq 'icmp' ? (Socket::SOCK_RAW, 1) : (Socket::SOCK_DGRAM, 0);
        my $new = Sockets::open_here(Socket::PF_INET, $kind, $number);
        prepare($new, $source);
        Captures::set_buffer($new, $BUFFER);
        # Not to be fragmented, whatever the kernel believes of the path.
        Sockets::forbid_fragments($new, 'probe');
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
    # An error that an earlier packet met is told here once.
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
    return fail_connection($trial, $socket, defined $got ? 'closed without a reply' : Sockets::name_of($! + 0)) if !$got;
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
