# Measures paths continuously: one process on each machine, outside of containers, so that no fault of an engine ends
# it. It sends 20 requests a second on each path, replies to the requests of other machines, and prints the outcomes
# as they become final. It runs behind the agent's own code: see read-program.ts. Its words and lines are those of
# meter-lines.ts.
#
#   perl - RUN SECONDS WORD…
#
# On its standard input, behind the program, it reads new addresses of paths: to INDEX ADDRESS

package Meter;

use strict;
use warnings;
use Errno ();
use Socket qw(PF_INET SOCK_DGRAM SOCK_RAW SOCK_STREAM SOL_SOCKET SO_REUSEADDR INADDR_ANY pack_sockaddr_in unpack_sockaddr_in);

my ($MSG_DONTWAIT, $MSG_NOSIGNAL) = (0x40, 0x4000);
# Seconds between two requests of a path, and the ticks that an answer may take: less than the second after which a kernel
# repeats the first packet of a connection. The time of a request is counted in ticks, so that a machine too busy to run
# this process does not lose any.
my ($TICK, $LIMIT) = (0.05, 18);
# Ticks in which a long-lived connection must open. The kernel alone would wait for up to twice as long as a machine was down.
my $OPENING = 60;
# Ticks between two examinations of the containers, and between two outputs.
my ($LOOK, $FLUSH) = (5, 5);
# The first bytes of each request and answer.
my $MARK = 'overlay-e2e';
my $MAX_CONNECTIONS = 400;

my ($run, $seconds, @words) = @ARGV;
# By index: {index, id, pid, up, sockets}. The machine itself has the index "host".
my %containers = (host => { index => 'host', namespace => 'host', up => 1, sockets => [] });
my @paths;
my $ticks = 0;
my $connections = 0;
# By index of the container: the socket for all echoes.
my %echoes;

$SIG{PIPE} = 'DEFAULT';
alarm $seconds;
$| = 1;
Namespaces::enter_host(1);
read_word($_) for @words;
print 'ready ', milliseconds(), "\n";
my $input = '';
Loop::on_readable(\*STDIN, \&read_addresses);
look();
tick();
Loop::run();

# container:INDEX:ID:PORT or path:INDEX:KIND:CONTAINER:ADDRESS:PORT:HEX:TARGET
sub read_word {
    my ($what, $index, @rest) = split /:/, shift, -1;
    if ($what eq 'container') {
        $containers{$index} = { index => $index, id => $rest[0], port => $rest[1], up => 0, sockets => [] };
        return;
    }
    my ($kind, $container, $address, $port, $hex, $target) = @rest;
    push @paths, {
        index => $index, kind => $kind, from => $containers{$container}, request => pack('H*', $hex),
        to => Sockets::address_of($address, $port || 0), address => $address, port => $port, target => $target,
        next => 0, first => 0, slots => [],
    };
}

# A container has another address since it started again: its connections and sockets are of no use any more.
sub read_addresses {
    my $got = sysread STDIN, $input, 65_536, length $input;
    return Loop::forget(\*STDIN) if !$got;
    while ($input =~ s/^to (\d+) ([\d.]+)\n//) {
        my ($index, $address) = ($1, $2);
        my ($path) = grep { $_->{index} == $index && $_->{address} ne $address } @paths or next;
        $path->{address} = $address;
        $path->{to} = Sockets::address_of($address, $path->{port} || 0);
        Loop::drop(delete $path->{socket}) if defined $path->{socket};
        close_stream($path, 'moved') if defined $path->{stream};
    }
}

sub milliseconds { sprintf '%.1f', System::now() * 1000 }

sub tick {
    my $began = System::now();
    look() if $ticks % $LOOK == 0;
    for my $path (@paths) { send_one($path) }
    flush_all() if $ticks % $FLUSH == 0;
    $ticks++;
    # Answers that have arrived in the meantime are read before the next tick.
    my $left = $TICK - (System::now() - $began);
    Loop::after($left < 0.005 ? 0.005 : $left, \&tick);
}

sub look {
    for my $container (values %containers) {
        next if $container->{index} eq 'host';
        follow($container);
        report_addresses($container) if $container->{up};
    }
}

# Follows a container that is restarted: each start has its own namespace.
sub follow {
    my $container = shift;
    my $pid = pid_of($container->{id});
    my $is_new = ($pid // 0) != ($container->{pid} // 0);
    return if !$is_new && ($container->{up} || !defined $pid);
    if ($is_new || !defined $pid) {
        close_all($container);
        $container->{pid} = $pid;
        report_state($container, 0) if $container->{up};
    }
    return if !defined $pid;
    $container->{namespace} = "pid:$pid";
    my $opened = eval { open_listeners($container); 1 };
    return report_state($container, 1) if $opened;
    my $why = $@ =~ s/\n.*//sr;
    close_all($container);
    print "problem $container->{index} $why\n" if ($container->{problem} // '') ne $why;
    $container->{problem} = $why;
}

# Reports the addresses of a container when they change. A container that starts gets them one after the other.
sub report_addresses {
    my $container = shift;
    my $links = eval { Namespaces::inside($container->{namespace}, sub { Links::all() }) } or return;
    my $addresses = join ',', sort map { $_->{name} eq 'lo' ? () : $_->{address} } @$links;
    return if $addresses eq '' || $addresses eq ($container->{addresses} // '');
    $container->{addresses} = $addresses;
    print "address $container->{index} ", milliseconds(), " $addresses\n";
}

sub report_state {
    my ($container, $up) = @_;
    $container->{up} = $up;
    print "container $container->{index} ", milliseconds(), $up ? " up\n" : " down\n";
}

# The engine's runtime keeps the first process of a container in a file, with which the engine has nothing to do.
sub pid_of {
    my $id = shift;
    for my $file (glob "/run/{docker/containerd/daemon,containerd,docker/containerd}/io.containerd.runtime.v[12].*/moby/$id/init.pid") {
        open my $handle, '<', $file or next;
        my ($pid) = (readline($handle) // '') =~ /^(\d+)/ or next;
        return $pid if -e "/proc/$pid/ns/net" && is_alive($pid);
    }
    return undef;
}

sub is_alive {
    open my $handle, '<', "/proc/$_[0]/stat" or return 0;
    return (readline($handle) // '') !~ /\) [ZX] /;
}

sub close_all {
    my $container = shift;
    $connections -= @{ $container->{sockets} } - 2 if @{ $container->{sockets} } > 2;
    Loop::drop($_) for splice @{ $container->{sockets} };
    if (my $echo = delete $echoes{ $container->{index} }) { Loop::drop($echo) }
    for my $path (@paths) {
        next if $path->{from} != $container;
        Loop::drop(delete $path->{socket}) if defined $path->{socket};
        close_stream($path, 'ENETDOWN') if defined $path->{stream};
        $_->{socket} && Loop::drop(delete $_->{socket}) for @{ $path->{slots} };
    }
}

sub open_listeners {
    my $container = shift;
    my ($udp, $tcp) = Namespaces::inside($container->{namespace}, sub {
        my @both = map { Sockets::open_here(PF_INET, $_, 0) } SOCK_DGRAM, SOCK_STREAM;
        for (@both) {
            setsockopt $_, SOL_SOCKET, SO_REUSEADDR, pack 'i', 1;
            bind $_, pack_sockaddr_in($container->{port}, INADDR_ANY) or die "port $container->{port}: $!\n";
        }
        listen $both[1], 128 or die "listen: $!\n";
        return @both;
    });
    push @{ $container->{sockets} }, $udp, $tcp;
    Loop::on_readable($udp, sub {
        for (1 .. 64) {
            my $from = recv $udp, my $bytes, 2048, $MSG_DONTWAIT;
            return if !defined $from;
            send $udp, 'A' . substr($bytes, 1), $MSG_DONTWAIT, $from if is_for($container, $bytes);
        }
    });
    Loop::on_readable($tcp, sub { 1 while accept_one($container, $tcp) });
}

# Only requests of this run are answered, and no answer is longer than its request. A request for another container has
# an outdated address.
sub is_for {
    my ($container, $bytes) = @_;
    return $bytes =~ /^Q\Q$MARK$run\E \d+ \d+ (\d+)$/ && $1 == $container->{index};
}

sub accept_one {
    my ($container, $listener) = @_;
    accept my $connection, $listener or return 0;
    return close $connection if $connections >= $MAX_CONNECTIONS || !Loop::has_room($connection);
    $connections++;
    Sockets::unblock($connection);
    push @{ $container->{sockets} }, $connection;
    my $end = sub {
        $connections--;
        @{ $container->{sockets} } = grep { $_ != $connection } @{ $container->{sockets} };
        Loop::drop($connection);
    };
    my $unread = '';
    Loop::on_readable($connection, sub {
        my $got = sysread $connection, my $bytes, 65_536;
        return if !defined $got && Sockets::would_block();
        return $end->() if !$got;
        $unread .= $bytes;
        while ((my $at = index $unread, "\n") >= 0) {
            my $line = substr $unread, 0, $at + 1, '';
            return $end->() if !is_for($container, $line);
            send $connection, 'A' . substr($line, 1), $MSG_NOSIGNAL | $MSG_DONTWAIT;
        }
        $end->() if length $unread > 200;
    });
    return 1;
}

# Sends the next request of a path. A slot is {at, tick, outcome}.
sub send_one {
    my $path = shift;
    expire($path);
    my $slot = { at => System::now(), tick => $ticks, seq => $path->{next}++ };
    push @{ $path->{slots} }, $slot;
    return settle($slot, 'D') if !$path->{from}{up};
    my $kind = $path->{kind};
    my $done = eval {
        if ($kind eq 'icmp') { send_echo($path, $slot) }
        elsif ($kind eq 'udp' || $kind eq 'name') { send_datagram($path, $slot) }
        elsif ($kind eq 'stream') { send_line($path, $slot) }
        else { connect_one($path, $slot) }
        1;
    };
    settle($slot, '!' . ($@ =~ /^(E[A-Z]+)/ ? $1 : 'ENETDOWN')) if !$done;
}

sub settle {
    my ($slot, $outcome) = @_;
    Loop::drop(delete $slot->{socket}) if defined $slot->{socket};
    $slot->{outcome} //= $outcome;
}

sub answer {
    my ($path, $seq) = @_;
    my $index = $seq - $path->{first};
    my $slot = $index >= 0 ? $path->{slots}[$index] : undef;
    my $microseconds = defined $slot && int((System::now() - $slot->{at}) * 1e6);
    return print "late $path->{index} $seq ", milliseconds(), "\n" if !defined $slot || ($slot->{outcome} // '') eq 'L';
    return print "again $path->{index} $seq\n" if defined $slot->{outcome};
    settle($slot, $microseconds);
}

# Gives up requests without an answer.
sub expire {
    my $path = shift;
    my $lost = 0;
    for my $slot (@{ $path->{slots} }) {
        last if $ticks - $slot->{tick} < $LIMIT;
        next if defined $slot->{outcome};
        settle($slot, 'L');
        $lost = 1;
    }
    renew_datagrams($path) if $lost && $ticks % $LIMIT == 0;
}

# Drops a socket whose source address is not that of its route any more. A container that starts has the route to other
# networks first: a socket that was opened in that moment keeps the address of the bridge, and no answer finds it.
sub renew_datagrams {
    my $path = shift;
    return if !defined $path->{socket};
    my ($old, $new) = map { source_of($_) } $path->{socket}, eval { open_datagram($path) };
    Loop::drop(delete $path->{socket}) if defined $new && $new ne ($old // '');
}

sub source_of {
    my $name = defined $_[0] ? getsockname $_[0] : undef;
    return defined $name ? (unpack_sockaddr_in($name))[1] : undef;
}

sub open_datagram {
    my $path = shift;
    my $new = open_for($path, SOCK_DGRAM);
    connect $new, $path->{to} or die Sockets::name_of($! + 0) . "\n";
    return $new;
}

sub flush_all {
    for my $path (@paths) {
        # Answers that come twice or late are recognized for some time.
        my @final;
        for my $slot (@{ $path->{slots} }) {
            last if !defined $slot->{outcome} || $ticks - $slot->{tick} < $LIMIT;
            push @final, $slot;
        }
        next if !@final;
        splice @{ $path->{slots} }, 0, scalar @final;
        $path->{first} += @final;
        my $before = $final[0]{at};
        print join(' ', 'slots', $path->{index}, $final[0]{seq}, sprintf('%.1f', $before * 1000), map {
            my $step = int(($_->{at} - $before) * 1000 + 0.5);
            $before += $step / 1000;
            "$step/$_->{outcome}";
        } @final), "\n";
    }
}

sub message_of {
    my ($path, $slot) = @_;
    return sprintf 'Q%s%s %d %d %s', $MARK, $run, $path->{index}, $slot->{seq}, $path->{target} // '';
}

# Reads an answer, and returns the number of the request.
sub number_in {
    my ($path, $bytes) = @_;
    return $bytes =~ /^A\Q$MARK$run\E (\d+) (\d+)/ && $1 == $path->{index} ? $2 : undef;
}

sub open_for {
    my ($path, $type, $protocol) = @_;
    return Namespaces::inside($path->{from}{namespace}, sub { Sockets::open_here(PF_INET, $type, $protocol // 0) });
}

sub fail_unless_blocked { die Sockets::name_of($! + 0) . "\n" if !Sockets::would_block() }

sub send_echo {
    my ($path, $slot) = @_;
    my $index = $path->{from}{index};
    my $socket = $echoes{$index} //= do {
        my $new = open_for($path, SOCK_RAW, 1);
        Loop::on_readable($new, sub { 1 while read_echo($new) });
        $new;
    };
    my $packet = Packets::echo_request($$ & 0xffff, $slot->{seq} & 0xffff, message_of($path, $slot));
    defined send $socket, $packet, $MSG_DONTWAIT, $path->{to} or fail_unless_blocked();
}

sub read_echo {
    my $socket = shift;
    my $from = recv $socket, my $bytes, 2048, $MSG_DONTWAIT;
    return 0 if !defined $from;
    return 1 if length $bytes < 29 || ord substr($bytes, 20, 1) != 0;
    my ($index, $seq) = substr($bytes, 28) =~ /^Q\Q$MARK$run\E (\d+) (\d+)/ or return 1;
    my ($path) = grep { $_->{index} == $index } @paths;
    answer($path, $seq) if defined $path;
    return 1;
}

sub send_datagram {
    my ($path, $slot) = @_;
    my $is_name = $path->{kind} eq 'name';
    my $socket = $path->{socket} //= do {
        my $new = open_datagram($path);
        Loop::on_readable($new, sub { 1 while $is_name ? read_name($path, $new) : read_datagram($path, $new) });
        $new;
    };
    my $bytes = $is_name ? pack('n', $slot->{seq} & 0xffff) . substr($path->{request}, 2) : message_of($path, $slot);
    defined send $socket, $bytes, $MSG_DONTWAIT or fail_unless_blocked();
}

sub read_datagram {
    my ($path, $socket) = @_;
    recv $socket, my $bytes, 2048, $MSG_DONTWAIT;
    # The error of an earlier packet is reported here once; the request stays unanswered.
    return !$!{EAGAIN} && defined $path->{socket} if !defined $bytes || $bytes eq '';
    my $seq = number_in($path, $bytes);
    answer($path, $seq) if defined $seq;
    return 1;
}

# An answer counts if it has an address.
sub read_name {
    my ($path, $socket) = @_;
    recv $socket, my $bytes, 2048, $MSG_DONTWAIT;
    return !$!{EAGAIN} && defined $path->{socket} if !defined $bytes || $bytes eq '';
    my ($id, $flags, undef, $answers) = length $bytes >= 12 ? unpack 'n4', $bytes : return 1;
    for my $slot (reverse @{ $path->{slots} }) {
        next if ($slot->{seq} & 0xffff) != $id;
        if (($flags & 0xf) == 0 && $answers > 0) { answer($path, $slot->{seq}) }
        else { settle($slot, '!ENONAME') }
        last;
    }
    return 1;
}

# A new connection for each request: closed when it is open, or after the answer of a web service.
sub connect_one {
    my ($path, $slot) = @_;
    my $socket = $slot->{socket} = open_for($path, SOCK_STREAM);
    my $fail = sub { settle($slot, '!' . shift) };
    connect($socket, $path->{to}) or fail_unless_blocked();
    my $is_web = $path->{kind} eq 'http';
    Loop::on_writable($socket, sub {
        my $error = Sockets::pending_error($socket);
        return $fail->($error) if defined $error;
        return answer($path, $slot->{seq}) if $path->{kind} eq 'port';
        Loop::forget($socket);
        my $answer = '';
        Loop::on_readable($socket, sub {
            my $got = sysread $socket, $answer, 65_536, length $answer;
            return if !defined $got && Sockets::would_block();
            return $fail->(Sockets::name_of($! + 0)) if !defined $got;
            return $fail->('EPIPE') if $got == 0 && ($is_web ? $answer eq '' : 1);
            if (!$is_web) {
                answer($path, $slot->{seq}) if defined number_in($path, $answer);
                return;
            }
            return if $answer !~ m{^HTTP/1\.\d (\d\d\d)};
            $1 eq '200' ? answer($path, $slot->{seq}) : $fail->("HTTP$1");
        });
        my $request = $is_web ? $path->{request} : message_of($path, $slot) . "\n";
        defined send $socket, $request, $MSG_NOSIGNAL | $MSG_DONTWAIT or $fail->(Sockets::name_of($! + 0));
    });
}

# One connection for all requests. It is opened again only after an error: the kernel repeats lost packets.
sub send_line {
    my ($path, $slot) = @_;
    my $old = $path->{stream};
    close_stream($path, 'ETIMEDOUT') if defined $old && !$old->{open} && $ticks - $old->{opened_at} >= $OPENING;
    my $stream = $path->{stream} //= open_stream($path);
    return settle($slot, 'L') if !$stream->{open} && $stream->{opened_at} != $ticks;
    my $bytes = message_of($path, $slot) . "\n";
    return $stream->{waiting} .= $bytes if !$stream->{open};
    return if defined send $stream->{socket}, $bytes, $MSG_NOSIGNAL | $MSG_DONTWAIT;
    close_stream($path, Sockets::name_of($! + 0)) if !Sockets::would_block();
}

sub open_stream {
    my $path = shift;
    my $socket = open_for($path, SOCK_STREAM);
    my $stream = { socket => $socket, open => 0, opened_at => $ticks, waiting => '', unread => '' };
    connect($socket, $path->{to}) or fail_unless_blocked();
    Loop::on_writable($socket, sub {
        my $error = Sockets::pending_error($socket);
        return close_stream($path, $error) if defined $error;
        Loop::forget($socket);
        $stream->{open} = 1;
        Loop::on_readable($socket, sub { read_stream($path, $stream) });
        print "open $path->{index} ", milliseconds(), "\n";
        send $socket, $stream->{waiting}, $MSG_NOSIGNAL | $MSG_DONTWAIT;
    });
    return $stream;
}

sub read_stream {
    my ($path, $stream) = @_;
    my $got = sysread $stream->{socket}, $stream->{unread}, 65_536, length $stream->{unread};
    return if !defined $got && Sockets::would_block();
    return close_stream($path, defined $got ? 'EPIPE' : Sockets::name_of($! + 0)) if !$got;
    while ((my $at = index $stream->{unread}, "\n") >= 0) {
        my $seq = number_in($path, substr $stream->{unread}, 0, $at + 1, '');
        answer($path, $seq) if defined $seq;
    }
}

sub close_stream {
    my ($path, $error) = @_;
    my $stream = delete $path->{stream} // return;
    Loop::drop($stream->{socket});
    print "broken $path->{index} ", milliseconds(), " $error\n" if $stream->{open};
}
