# Sends the questions of trials, all of a batch side by side, and waits for their answers. What is not answered is asked
# twice more, so that one lost packet says nothing.

package Trials;

use strict;
use warnings;
use Errno ();
use Socket ();

my ($IP_TTL, $IP_MTU_DISCOVER, $IP_PMTUDISC_PROBE) = (2, 10, 3);
my ($MSG_DONTWAIT, $MSG_NOSIGNAL) = (0x40, 0x4000);
my $ROOM = 4_000_000;

# Seconds from the first time that a trial is sent; after the last one it has failed.
my @SENDS = (0, 0.4, 0.8);
my $LIMIT = 1.3;
my $TICK = 0.05;
# In this time all that has come is read; then questions about it are answered.
my $TURN = 0.01;
# More that are under way would only fill buffers.
my $MOST = 200;

# By trial: all that is known of it.
my %trials;
my (@waiting, %pending, @unanswered);
my $timer;
# By namespace and source address: sockets to send from.
my %senders;

# try TRIAL… → [{trial, answered, from, milliseconds, error, sends, keys}], when each was answered or has failed.
#
# TRIAL is ID,PROTOCOL,NAMESPACE,SOURCE,DESTINATION,PORT,SIZE with PROTOCOL icmp, udp or tcp; SIZE of the IP packet, of all
# that is said over TCP; 0 is as short as can be. The keys are those by which its packets were noted.
sub try_all {
    my ($succeed, $fail, @words) = @_;
    my $left = @words;
    my @asked = map { begin($_, sub { tell_of($succeed, @_) if --$left == 0 }) } @words;
    return $succeed->([]) if $left == 0;
    $_->{batch} = \@asked for @asked;
    push @waiting, @asked;
    start_next();
}

sub begin {
    my ($word, $done) = @_;
    my %trial;
    @trial{qw(id protocol namespace source destination port size)} = split /,/, $word;
    my @keys = $trial{protocol} eq 'tcp' ? () : $trial{id};
    return $trials{ $trial{id} } = { %trial, sends => 0, keys => \@keys, sockets => [], done => $done };
}

sub tell_of {
    my ($succeed, $batch) = @_;
    $succeed->([map { describe($_) } @$batch]);
}

# answers TRIAL… → as try: what has become of them since
sub tell {
    my ($succeed, $fail, @ids) = @_;
    Loop::after($TURN, sub { $succeed->([map { describe($_) } grep { defined } @trials{@ids}]) });
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
    while (@waiting && keys %pending < $MOST) {
        my $trial = shift @waiting;
        $pending{ $trial->{id} } = $trial;
        ask($trial);
    }
    $timer //= Loop::after($TICK, \&tick) if keys %pending;
}

# The time of a trial is counted in ticks: a host that is too busy to let the agent run does not use it up.
sub tick {
    undef $timer;
    for my $trial (values %pending) {
        my $time = ++$trial->{ticks} * $TICK;
        finish($trial) if $time >= $LIMIT;
        ask($trial) if $time < $LIMIT && $trial->{sends} < @SENDS && $time >= $SENDS[$trial->{sends}];
    }
    start_next();
}

sub finish {
    my $trial = shift;
    delete $pending{ $trial->{id} } or return;
    # An answer may be late only because this host or the other is busy; sockets are kept for that, but not too many.
    push @unanswered, grep { !defined $trial->{milliseconds} } $trial;
    drop_sockets(shift @unanswered) while @unanswered > $MOST;
    $trial->{done}->($trial->{batch});
}

sub drop_sockets { Loop::drop($_) for splice @{ $_[0]{sockets} } }

sub ask {
    my $trial = shift;
    $trial->{started} //= System::now();
    $trial->{sends}++;
    return if eval { $trial->{protocol} eq 'tcp' ? connect_to($trial) : send_packet($trial); 1 };
    $trial->{error} = $@ =~ s/\n\z//r;
}

sub answered {
    my ($id, $from) = @_;
    my $trial = $trials{$id} // return;
    return if defined $trial->{milliseconds};
    $trial->{milliseconds} = (System::now() - $trial->{started}) * 1000;
    $trial->{from} = $from;
    finish($trial);
    start_next() if @waiting;
}

# Sends it once, for nobody to answer.
sub throw {
    my %trial;
    @trial{qw(id protocol namespace source destination port)} = @_;
    send_packet({ %trial, sends => 1, size => 0 }, 'T');
}

sub send_packet {
    my ($trial, $letter) = @_;
    my ($protocol, $size) = @$trial{qw(protocol size)};
    my $payload = Packets::payload($letter // 'Q', $trial->{id}, $size - 28);
    my $port = $protocol eq 'udp' ? $trial->{port} : 0;
    my $message = $protocol eq 'udp' ? $payload : Packets::echo_request($$ & 0xffff, $trial->{sends}, $payload);
    my $to = Socket::pack_sockaddr_in($port, Socket::inet_aton($trial->{destination}));
    defined send sender_of($trial), $message, $MSG_DONTWAIT, $to or die "$!\n";
}

# One socket for all packets of a protocol from one address.
sub sender_of {
    my $trial = shift;
    my ($protocol, $namespace, $source) = @$trial{qw(protocol namespace source)};
    return $senders{"$protocol $namespace $source"} //= Namespaces::inside($namespace, sub {
        my ($kind, $number) = $protocol eq 'udp' ? (Socket::SOCK_DGRAM, 0) : (Socket::SOCK_RAW, 1);
        socket my $new, Socket::PF_INET, $kind, $number or die "socket: $!\n";
        prepare($new, $source);
        Captures::widen($new, $ROOM);
        # Not to be fragmented, whatever the kernel believes of the path.
        setsockopt $new, Socket::IPPROTO_IP, $IP_MTU_DISCOVER, pack 'i', $IP_PMTUDISC_PROBE or die "socket: $!\n";
        Loop::on_readable($new, sub { 1 while read_answer($new, $protocol) });
        return $new;
    });
}

sub prepare {
    my ($socket, $source) = @_;
    setsockopt $socket, Socket::IPPROTO_IP, $IP_TTL, pack 'i', $Packets::TTL or die "socket: $!\n";
    bind $socket, Socket::pack_sockaddr_in(0, Socket::inet_aton($source)) or die "address $source: $!\n";
}

sub read_answer {
    my ($socket, $protocol) = @_;
    my $from = recv $socket, my $bytes, 2048, $MSG_DONTWAIT;
    # An error that an earlier packet met is told here once.
    return $!{EAGAIN} ? 0 : 1 if !defined $from;
    my $address = Socket::inet_ntoa((Socket::unpack_sockaddr_in($from))[1]);
    if ($protocol eq 'udp') {
        answered($1, $address) if $bytes =~ /^A([0-9a-f]{16})/;
        return 1;
    }
    my ($type, $code) = unpack 'x20 C C', $bytes;
    if ($type == 0) {
        answered($1, $address) if substr($bytes, 28) =~ /^Q([0-9a-f]{16})/;
    }
    elsif ($type != 8 && $bytes =~ /Q([0-9a-f]{16})/ && $trials{$1}) {
        $trials{$1}{error} = "ICMP type $type, code $code from $address";
    }
    return 1;
}

sub connect_to {
    my $trial = shift;
    my $socket = Namespaces::inside($trial->{namespace}, sub {
        socket my $new, Socket::PF_INET, Socket::SOCK_STREAM, 0 or die "socket: $!\n";
        return $new;
    });
    prepare($socket, $trial->{source});
    push @{ $trial->{keys} }, "$trial->{source}:" . Listeners::port_of($socket) . ">$trial->{destination}:$trial->{port}";
    System::unblock($socket);
    my $to = Socket::pack_sockaddr_in($trial->{port}, Socket::inet_aton($trial->{destination}));
    connect $socket, $to or $!{EINPROGRESS} or die "$!\n";
    push @{ $trial->{sockets} }, $socket;
    Loop::on_writable($socket, sub { say_all($trial, $socket) });
}

# Connected, or refused: the first read or write tells.
sub say_all {
    my ($trial, $socket) = @_;
    my $size = $trial->{size} > 24 ? $trial->{size} : 24;
    my $unsaid = 'Q' . $trial->{id} . sprintf('%06d', $size);
    $unsaid .= '.' x ($size - length $unsaid);
    my $say = sub {
        my $written = send $socket, $unsaid, $MSG_NOSIGNAL;
        return if !defined $written && $!{EAGAIN};
        return give_up($trial, $socket, "$!") if !defined $written;
        substr $unsaid, 0, $written, '';
        return if length $unsaid;
        Loop::forget($socket);
        Loop::on_readable($socket, sub { hear($trial, $socket) });
    };
    Loop::on_writable($socket, $say);
    $say->();
}

sub hear {
    my ($trial, $socket) = @_;
    my $got = sysread $socket, my $bytes, 64;
    return if !defined $got && $!{EAGAIN};
    return give_up($trial, $socket, defined $got ? 'closed without an answer' : "$!") if !$got;
    return if $bytes ne "A$trial->{id}";
    answered($trial->{id}, $trial->{destination});
    drop_sockets($trial);
}

sub give_up {
    my ($trial, $socket, $error) = @_;
    $trial->{error} = $error;
    $trial->{sockets} = [grep { $_ != $socket } @{ $trial->{sockets} }];
    Loop::drop($socket);
}

1;
