# Files of the host. A path is the host's own; what is below /proc is read as it is there, in the namespace that is named:
# /proc/sys/net and /proc/net tell of the reader's.

package Files;

use strict;
use warnings;

# The root of a process, and a path below it.
my $BELOW_ROOT = qr{^(/proc/\d+/root)(/.+)};

# read NAMESPACE BYTES PATH… → [{path, text, cut} or {path, error}], of each file that many bytes at most
sub read_all {
    my ($succeed, $fail, $namespace, $most, @paths) = @_;
    $succeed->(Namespaces::inside($namespace, sub { [map { read_one($_, $most) } @paths] }));
}

# A container can write its own files, and make them as long as it likes.
our $MOST_OF_CONTAINER = 65_536;

sub read_one {
    my ($path, $most) = @_;
    my $file = eval { open_file($path) } // return { path => $path, error => $@ =~ s/\n\z//r };
    $most = $MOST_OF_CONTAINER if $most > $MOST_OF_CONTAINER && $path =~ $BELOW_ROOT;
    my $text = '';
    while (length $text <= $most) {
        my $got = sysread $file, $text, $most + 1 - length $text, length $text;
        return { path => $path, error => "$!" } if !defined $got;
        last if $got == 0;
    }
    my $cut = length $text > $most ? 'true' : 'false';
    return { path => $path, text => substr($text, 0, $most), cut => \$cut };
}

# Below the root of a process links lead to no other root. What is no file (a FIFO, a device) is not read: a FIFO would have
# the agent wait for ever.
sub open_file {
    my $path = on_host(shift);
    my $file = $path =~ $BELOW_ROOT ? System::open_below($1, $2) : System::open_plain($path);
    die "$!\n" if !defined $file;
    die "it is no regular file\n" if !-f $file;
    return $file;
}

# list PATH → names in that folder, in order
sub list {
    my ($succeed, $fail, $path) = @_;
    opendir my $folder, on_host($path) or die "$path: $!\n";
    $succeed->([sort grep { !/^\.\.?$/ } readdir $folder]);
}

sub on_host {
    my $path = shift;
    die "no absolute path: $path\n" if $path !~ m{^/};
    return $path =~ m{^/proc/} ? $path : "/proc/1/root$path";
}

1;
