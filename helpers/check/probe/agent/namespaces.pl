# Network namespaces of the host, each told by one word:
#
#   host          the host's own
#   pid:PID       that of a process: a container's
#   overlay:ID    that of an overlay network, with its bridge and its vxlan0
#   path:PATH     any other, by its file on the host

package Namespaces;

use strict;
use warnings;

# The container sees all processes of the host, and by its first one the host's files.
my $HOST_ROOT = '/proc/1/root';

# Where engines keep the namespaces that are no process's; the last one is that of a snap.
my @FOLDERS = map { "$HOST_ROOT$_" } qw(/run/docker/netns /var/run/docker/netns /run/snap.docker/netns);

my $own;

# An engine 20.10 may start a container that is to have the host's network in one that is dead: a thread of the engine has
# stayed there when a network's last container went. One that may enter namespaces enters that of the host's first process.
sub enter_host {
    my $may_enter = shift;
    my $path = $may_enter ? '/proc/1/ns/net' : '/proc/self/ns/net';
    open $own, '<', $path or die "$path: $!\n";
    System::enter_network($own) or die "enter the host's network: $!\n" if $may_enter;
    my @others = grep { $_ ne 'lo' } Links::names();
    die "the engine has started it in a network without any interface: it is not the host's\n" if !@others;
}

# Does it in that namespace and gives what it gives. A socket stays in the namespace in which it was made.
sub inside {
    my ($word, $call) = @_;
    # One that may not enter any other namespace could not go back either, from where it has not gone.
    return $call->() if $word eq 'host';
    enter($word);
    my @result = eval { $call->() };
    my $error = $@;
    # Anything that went on in the wrong one would be told of the wrong one.
    System::enter_network($own) or exit_now("back to the own namespace: $!");
    die $error if $error;
    return wantarray ? @result : $result[0];
}

# Stays there: for a process that runs a program next.
sub enter {
    my $word = shift;
    return if $word eq 'host';
    my $path = path_of($word);
    open my $handle, '<', $path or die "no namespace $word: $path: $!\n";
    System::enter_network($handle) or die "enter namespace $word: $!\n";
}

sub path_of {
    my $word = shift;
    return "/proc/$1/ns/net" if $word =~ /^pid:(\d+)$/;
    return Files::on_host($1) if $word =~ /^path:(.+)$/;
    return overlay_path($1) if $word =~ /^overlay:(\w+)$/;
    die "invalid namespace: $word\n";
}

# The name is N-ID, cut after 12 characters, where N counts how often the engine has made it anew.
sub overlay_path {
    my $id = shift;
    my @found;
    for my $folder (@FOLDERS) {
        opendir my $names, $folder or next;
        for my $name (readdir $names) {
            my ($count, $start) = $name =~ /^(\d+)-(\w+)$/ or next;
            push @found, [$count, "$folder/$name"] if length $start >= 6 && index($id, $start) == 0;
        }
    }
    my ($newest) = sort { $b->[0] <=> $a->[0] } @found;
    return $newest->[1] if defined $newest;
    die "the engine has no namespace of the overlay network $id\n";
}

sub exit_now {
    print STDERR "$_[0]\n";
    POSIX::_exit(1);
}

1;
