# Finds threads of the host's engine in network namespaces that no longer exist. Engines 20.10 leave threads there when
# containers end; a call that such a thread serves reaches no other host.

package Threads;

use strict;
use warnings;

# threads → {threads, stuck}: the number of the engine's threads, and the ids of stuck ones; 0 and none without an
# engine
sub report {
    my ($succeed) = @_;
    my $engine = find_engine();
    return $succeed->({ threads => \0, stuck => [] }) if !defined $engine;
    # A thread may work in the namespace of an overlay or a container: the engine keeps a file for each of them.
    my @files = map {
        my $folder = "/proc/$engine/root$_";
        # "default" is the namespace of the thread that created it, which may be gone.
        map { "$folder/$_" } grep { $_ ne 'default' } names($folder);
    } qw(/run/docker/netns /run/snap.docker/netns);
    my %alive = map { $_ => 1 } map { identity($_) // () } '/proc/1/ns/net', @files;
    my @threads = names("/proc/$engine/task");
    my @stuck = grep {
        my $namespace = identity("/proc/$engine/task/$_/ns/net");
        defined $namespace && !$alive{$namespace};
    } @threads;
    my $count = @threads;
    $succeed->({ threads => \$count, stuck => [map { "$_" } @stuck] });
}

# An engine in a container has another PID namespace than the host's.
sub find_engine {
    my $own = identity('/proc/1/ns/pid') // return;
    for my $pid (grep { /^\d+$/ } names('/proc')) {
        open my $file, '<', "/proc/$pid/comm" or next;
        my $name = readline($file) // next;
        return $pid if $name eq "dockerd\n" && (identity("/proc/$pid/ns/pid") // '') eq $own;
    }
    return;
}

sub names {
    opendir my $folder, shift or return;
    return sort grep { !/^\./ } readdir $folder;
}

sub identity {
    my ($device, $inode) = stat shift;
    return defined $inode ? "$device:$inode" : undef;
}

1;
