# Reads files of the host. Paths are the host's. Files below /proc are read in the given namespace: /proc/sys/net and
# /proc/net show the reader's network.

package Files;

use strict;
use warnings;

# The root of a process, and a path below it.
my $BELOW_ROOT = qr{^(/proc/\d+/root)(/.+)}s;

# read NAMESPACE BYTES PATH… → [{path, text, cut} or {path, error}]; up to BYTES of each file
sub read_all {
    my ($succeed, $fail, $namespace, $limit, @paths) = @_;
    $succeed->(Namespaces::inside($namespace, sub { [map { read_one($_, $limit) } @paths] }));
}

# The limit for files below the root of a process: a container can make its own files as long as it likes.
our $MAX_CONTAINER_BYTES = 65_536;

sub read_one {
    my ($path, $limit) = @_;
    my $file = eval { open_file($path) } // return { path => $path, error => $@ =~ s/\n\z//r };
    $limit = $MAX_CONTAINER_BYTES if $limit > $MAX_CONTAINER_BYTES && $path =~ $BELOW_ROOT;
    my $text = '';
    while (length $text <= $limit) {
        my $got = sysread $file, $text, $limit + 1 - length $text, length $text;
        return { path => $path, error => "$!" } if !defined $got;
        last if $got == 0;
    }
    my $cut = length $text > $limit ? 'true' : 'false';
    return { path => $path, text => substr($text, 0, $limit), cut => \$cut };
}

# Opens a regular file only: reading a FIFO would block the agent. Below the root of a process, links lead to no other
# root.
sub open_file {
    my $path = on_host(shift);
    my $file = $path =~ $BELOW_ROOT ? System::open_below($1, $2) : System::open_plain($path);
    die "$!\n" if !defined $file;
    die "not a regular file\n" if !-f $file;
    return $file;
}

# list PATH → the names in that folder, sorted
sub list {
    my ($succeed, $fail, $path) = @_;
    opendir my $folder, on_host($path) or die "$path: $!\n";
    $succeed->([sort grep { !/^\.\.?$/ } readdir $folder]);
}

sub on_host {
    my $path = shift;
    die "not an absolute path: $path\n" if $path !~ m{^/};
    return $path =~ m{^/proc/} ? $path : "/proc/1/root$path";
}

1;
