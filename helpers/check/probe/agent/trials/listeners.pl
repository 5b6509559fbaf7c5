# Listens on free ports in namespaces, replies to the requests of trials, and remembers the trials that arrived.

package Listeners;

use strict;
use warnings;
use Socket ();

my ($IP_TTL, $MSG_DONTWAIT, $MSG_NOSIGNAL) = (2, 0x40, 0x4000);
my $BUFFER = 4_000_000;

# The maximum number of open connections. One more closes the oldest: a trial sends its request immediately, so only
# silent connections lose.
our $MAX_CONNECTIONS = 300;
# By a counter: {socket, timer, head, length}.
my %connections;
my ($oldest, $newest) = (1, 0);

# Connections to accept and datagrams to answer before other handlers run.
my $BATCH = 64;

# Bytes of a request's head: Q, the trial's id, and 6 digits with the length of the whole request.
my $HEAD_LENGTH = 23;

# Seconds until an incomplete request is closed.
my $REQUEST_TIMEOUT = 10;

# By namespace: {udp, tcp}.
my %listeners;
# The trials whose request or one-way packet arrived.
my %received;

# listen NAMESPACE… → [{namespace, udp, tcp, links: [{name, address, mtu}]} or {namespace, error}]
sub open_all {
    my ($succeed, $fail, @namespaces) = @_;
    $succeed->([map { describe($_) } @namespaces]);
}

sub describe {
    my $namespace = shift;
    my $opened = eval { $listeners{$namespace} //= Namespaces::inside($namespace, \&open_both) };
    return { namespace => $namespace, error => $@ =~ s/\n\z//r } if !defined $opened;
    my %ports = map { my $port = Sockets::own_port($opened->{$_}); $_ => \$port } qw(udp tcp);
    return { namespace => $namespace, %ports, links => Namespaces::inside($namespace, \&Links::all) };
}

sub open_both {
    my $any = Socket::pack_sockaddr_in(0, Socket::INADDR_ANY);
    my $udp = Sockets::open_here(Socket::PF_INET, Socket::SOCK_DGRAM, 0);
    my $tcp = Sockets::open_here(Socket::PF_INET, Socket::SOCK_STREAM, 0);
    for my $socket ($udp, $tcp) {
        setsockopt $socket, Socket::IPPROTO_IP, $IP_TTL, pack 'i', $Packets::TTL or die "listen: $!\n";
        bind $socket, $any or die "listen: $!\n";
    }
    listen $tcp, 1024 or die "listen: $!\n";
    Loop::require_room($_) for $udp, $tcp;
    Captures::attach_filter($udp, trials_only());
    Captures::set_buffer($udp, $BUFFER);
    # Some kernels refuse the filter of an unprivileged agent. Then packets are checked here, and no more of them is
    # kept.
    eval { Captures::attach_filter($tcp, trials_only()) };
    Loop::on_readable($udp, sub { drain(sub { answer_datagram($udp) }) });
    Loop::on_readable($tcp, sub { drain(sub { accept_connection($tcp) }) });
    return { udp => $udp, tcp => $tcp };
}

# The kernel drops packets without the TTL of trials before they use any buffer. The offset addresses the IP header.
sub trials_only {
    my $TTL_OF_PACKET = 0xfff00000 + 8;
    return Captures::assemble(
        [0x30, $TTL_OF_PACKET, '', ''],
        [0x25, $Packets::TTL, 'drop', ''], ['ge', $Packets::TTL - 30, '', 'drop'],
        [0x06, 0xffffffff, '', ''],
        'drop', [0x06, 0, '', ''],
    );
}

sub drain {
    my $take = shift;
    for (1 .. $BATCH) { $take->() or return }
}

sub answer_datagram {
    my $socket = shift;
    my $from = recv $socket, my $bytes, 65_536, $MSG_DONTWAIT;
    return 0 if !defined $from;
    my ($letter, $trial) = $bytes =~ /^([QT])([0-9a-f]{16})/ or return 1;
    return 1 if !Expected::has($trial);
    $received{$trial} = 1;
    # If the reply cannot be sent, the sender sees that it is missing.
    send $socket, "A$trial", $MSG_DONTWAIT, $from if $letter eq 'Q';
    return 1;
}

sub accept_connection {
    my $socket = shift;
    accept my $connection, $socket or return 0;
    # Without a free file descriptor, only this connection is refused.
    return close $connection if !Loop::has_room($connection);
    Sockets::unblock($connection);
    close_oldest() while keys %connections >= $MAX_CONNECTIONS;
    my $id = ++$newest;
    my $timer = Loop::after($REQUEST_TIMEOUT, sub { close_connection($id) });
    $connections{$id} = { socket => $connection, timer => $timer, head => '', length => 0 };
    Loop::on_readable($connection, sub { read_request($id) });
    # Usually, the request has already arrived.
    read_request($id);
    return 1;
}

sub read_request {
    my $id = shift;
    my $connection = $connections{$id} // return;
    my $got = sysread $connection->{socket}, my $bytes, 65_536;
    return if !defined $got && $!{EAGAIN};
    # The sender closes first.
    return close_connection($id) if !$got;
    my $trial = add_bytes($connection, $bytes) // return;
    return close_connection($id) if $trial eq '';
    $received{$trial} = 1;
    send $connection->{socket}, "A$trial", $MSG_NOSIGNAL;
}

# Returns the trial's id if the request is complete with these bytes, undef if more must follow, and '' if it is not a
# valid request. Only the head is kept.
sub add_bytes {
    my ($connection, $bytes) = @_;
    my $missing = $HEAD_LENGTH - length $connection->{head};
    $connection->{head} .= substr $bytes, 0, $missing if $missing > 0;
    $connection->{length} += length $bytes;
    return undef if length $connection->{head} < $HEAD_LENGTH;
    my ($trial, $announced) = $connection->{head} =~ /^Q([0-9a-f]{16})(\d{6})/ or return '';
    return '' if $connection->{length} > $announced || !Expected::has($trial);
    return $connection->{length} == $announced ? $trial : undef;
}

sub close_connection {
    my $connection = delete $connections{ $_[0] } // return;
    Loop::cancel($connection->{timer});
    Loop::drop($connection->{socket});
}

sub close_oldest { close_connection($oldest++) }

# Returns the number of open connections.
sub size { return scalar keys %connections }

# received TRIAL… → those of them that arrived
sub report {
    my ($succeed, $fail, @trials) = @_;
    Loop::settle(sub { $succeed->([grep { $received{$_} } @trials]) });
}

1;
