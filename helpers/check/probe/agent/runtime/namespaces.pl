# The network namespaces of the host. A namespace is one word:
#
#   host          the host's own
#   pid:PID       the namespace of a process, such as a container's
#   overlay:ID    the namespace of an overlay network, with its bridge and its vxlan0
#   path:PATH     any other, by its file on the host

package Namespaces;

use strict;
use warnings;

# The container sees all processes of the host, and the host's files through the first one.
my $HOST_ROOT = '/proc/1/root';

# Folders in which engines keep namespaces without a process; the last one belongs to the snap package.
my @FOLDERS = map { "$HOST_ROOT$_" } qw(/run/docker/netns /var/run/docker/netns /run/snap.docker/netns);

my $own;

# An engine 20.10 may start a container with `network: host` in a dead namespace, because one of its threads stayed
# there after the last container of a network ended. A probe that may enter namespaces enters that of the host's first
# process.
sub enter_host {
    my $may_enter = shift;
    my $path = $may_enter ? '/proc/1/ns/net' : '/proc/self/ns/net';
    open $own, '<', $path or die "$path: $!\n";
    System::enter_network($own) or die "enter the host's network: $!\n" if $may_enter;
    my @others = grep { $_ ne 'lo' } Links::names();
    die "the engine has started it in a network without any interface: it is not the host's\n" if !@others;
}

# Calls the handler in that namespace and returns its result. A socket stays in the namespace in which it was created.
sub inside {
    my ($word, $call) = @_;
    # An unprivileged probe has never left the host's namespace, and could not enter it either.
    return $call->() if $word eq 'host';
    enter($word);
    my @result = eval { $call->() };
    my $error = $@;
    # In the wrong namespace, every further result would be wrong.
    System::enter_network($own) or exit_now("back to the own namespace: $!");
    die $error if $error;
    return wantarray ? @result : $result[0];
}

# Enters the namespace for good: for a process that runs a program next.
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

# The file name is N-ID, cut after 12 characters. N counts how often the engine created the namespace.
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
