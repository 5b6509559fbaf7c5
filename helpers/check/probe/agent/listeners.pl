# Listens in namespaces on ports that are free there, answers what our own trials ask, and remembers which came.

package Listeners;

use strict;
use warnings;
use Socket ();

my ($IP_TTL, $MSG_DONTWAIT, $MSG_NOSIGNAL) = (2, 0x40, 0x4000);
my $ROOM = 4_000_000;

# So many connections at once; the others wait where the kernel has them.
my $MOST = 300;
my $connections = 0;

# A connection that has not said all by then is one that nobody finishes.
my $PATIENCE = 10;

# By namespace: {udp, tcp}.
my %listeners;
# By trial: how often a question of it came.
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
    Captures::widen($udp, $ROOM);
    Loop::on_readable($udp, sub { 1 while answer_datagram($udp) });
    Loop::on_readable($tcp, sub { 1 while accept_connection($tcp) });
    return { udp => $udp, tcp => $tcp };
}

sub answer_datagram {
    my $socket = shift;
    my $from = recv $socket, my $bytes, 65_536, $MSG_DONTWAIT;
    return 0 if !defined $from;
    my ($letter, $trial) = $bytes =~ /^([QT])([0-9a-f]{16})/ or return 1;
    $received{$trial}++;
    # What cannot be answered is told by the missing answer.
    send $socket, "A$trial", $MSG_DONTWAIT, $from if $letter eq 'Q';
    return 1;
}

sub accept_connection {
    my $socket = shift;
    return 0 if $connections >= $MOST;
    accept my $connection, $socket or return 0;
    $connections++;
    Sockets::unblock($connection);
    my $timer = Loop::after($PATIENCE, sub { end($connection) });
    my $question = '';
    Loop::on_readable($connection, sub {
        my $got = sysread $connection, $question, 65_536, length $question;
        return if !defined $got && $!{EAGAIN};
        my $is_whole = $question =~ /^Q([0-9a-f]{16})(\d{6})/ && length $question >= $2;
        if ($got && $is_whole) {
            $received{$1}++;
            send $connection, "A$1", $MSG_NOSIGNAL;
        }
        # The one who asks closes first.
        return if $got;
        Loop::cancel($timer);
        end($connection);
    });
    return 1;
}

sub end {
    Loop::drop(shift);
    $connections--;
}

# received TRIAL… → those of them that came
sub tell {
    my ($succeed, $fail, @trials) = @_;
    Loop::settle(sub { $succeed->([grep { $received{$_} } @trials]) });
}

1;
