# System calls for which Perl has no function, by their numbers on this processor architecture.

package System;

use strict;
use warnings;
use Errno ();
use Fcntl qw(O_DIRECTORY O_NOCTTY O_NOFOLLOW O_NONBLOCK O_RDONLY);
use POSIX ();

my %NUMBERS = (
    x86_64  => { clock_gettime => 228, prctl => 157, setns => 308, openat => 257, openat2 => 437 },
    aarch64 => { clock_gettime => 113, prctl => 167, setns => 268, openat => 56, openat2 => 437 },
);

my $machine = (POSIX::uname())[4];
my $number = $NUMBERS{$machine} // die "unsupported processor architecture: $machine\n";

my ($CLOCK_REALTIME, $CLOCK_MONOTONIC) = (0, 1);
my $PR_SET_PDEATHSIG = 1;
my $CLONE_NEWNET = 0x40000000;

# Seconds since the host started. Nothing sets this clock.
sub now {
    my ($seconds, $nanoseconds) = read_clock($CLOCK_MONOTONIC);
    return $seconds + $nanoseconds / 1e9;
}

# Nanoseconds since 1970, as the kernel stamps packets.
sub real_nanoseconds {
    my ($seconds, $nanoseconds) = read_clock($CLOCK_REALTIME);
    return $seconds * 1_000_000_000 + $nanoseconds;
}

sub read_clock {
    my $time = pack 'qq', 0, 0;
    syscall($number->{clock_gettime}, shift, $time) == 0 or die "clock_gettime: $!\n";
    return unpack 'qq', $time;
}

# Moves this process to the network namespace of that handle.
sub enter_network {
    my $handle = shift;
    return syscall($number->{setns}, fileno $handle, $CLONE_NEWNET) == 0;
}

my ($O_PATH, $O_CLOEXEC) = (0x200000, 0x80000);
my ($RESOLVE_NO_MAGICLINKS, $RESOLVE_IN_ROOT) = (0x02, 0x10);
# Opening a FIFO does not block, and no terminal becomes the agent's.
my $READ = O_RDONLY | O_NONBLOCK | O_NOCTTY | $O_CLOEXEC;

# Opens a file for reading. Returns undef and sets $! on errors.
sub open_plain {
    sysopen my $file, shift, $READ or return undef;
    return $file;
}

# Opens a path below that root. All links on the way are relative to the root, too.
sub open_below {
    my ($root, $path) = @_;
    sysopen my $top, $root, O_RDONLY | O_DIRECTORY | $O_PATH or return undef;
    my $how = pack 'QQQ', $READ, 0, $RESOLVE_IN_ROOT | $RESOLVE_NO_MAGICLINKS;
    my $number = syscall($number->{openat2}, fileno $top, $path, $how, length $how);
    # Linux before 5.6 lacks openat2: there, no link is followed.
    return open_without_links($top, $path) if $number < 0 && $!{ENOSYS};
    return handle_of($number);
}

sub open_without_links {
    my ($folder, $path) = @_;
    my @names = grep { length } split m{/}, $path;
    while (defined(my $name = shift @names)) {
        die "its path contains a link or ..\n" if $name eq '..';
        my $flags = O_NOFOLLOW | (@names ? O_DIRECTORY | $O_PATH | $O_CLOEXEC : $READ);
        $folder = handle_of(syscall($number->{openat}, fileno $folder, $name, $flags, 0)) // return undef;
    }
    return $folder;
}

sub handle_of {
    my $number = shift;
    return undef if $number < 0;
    open my $handle, '<&=', $number or return undef;
    return $handle;
}

# The kernel kills this process when its parent ends.
sub die_with_parent {
    syscall($number->{prctl}, $PR_SET_PDEATHSIG, 9, 0, 0, 0);
}

1;
