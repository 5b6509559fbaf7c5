# Files of the host. A path is the host's own; what is below /proc is read as it is there, in the namespace that is named:
# /proc/sys/net and /proc/net tell of the reader's.

package Files;

use strict;
use warnings;

# read NAMESPACE BYTES PATH… → [{path, text, cut} or {path, error}], of each file that many bytes at most
sub read_all {
    my ($succeed, $fail, $namespace, $most, @paths) = @_;
    $succeed->(Namespaces::inside($namespace, sub { [map { read_one($_, $most) } @paths] }));
}

sub read_one {
    my ($path, $most) = @_;
    open my $file, '<:raw', on_host($path) or return { path => $path, error => "$!" };
    my $text = '';
    while (length $text <= $most) {
        my $got = sysread $file, $text, $most + 1 - length $text, length $text;
        return { path => $path, error => "$!" } if !defined $got;
        last if $got == 0;
    }
    my $cut = length $text > $most ? 'true' : 'false';
    return { path => $path, text => substr($text, 0, $most), cut => \$cut };
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
