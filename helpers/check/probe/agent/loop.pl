# Waits for handles and for moments, and calls what was left to be done then.

package Loop;

use strict;
use warnings;
use Errno ();

# What to call when something can be read from a handle, or written to it, by its number; and the same numbers as bits, as
# select wants them: hundreds of handles are watched, and few of them are ready at a time.
my ($readers, $writers) = ({ calls => {}, bits => '' }, { calls => {}, bits => '' });
# By a number of its own: [moment, what to call].
my %timers;
my $last_timer = 0;
# The earliest moment of them; undefined when it has to be looked for.
my $next;

# Handles that are watched at most, and of these by what listens and looks in namespaces: the others are for connections.
our ($MAX_HANDLES, $MAX_PERMANENT) = (3900, 3000);

sub on_readable { watch($readers, @_) }

sub on_writable { watch($writers, @_) }

sub watch {
    my ($watched, $handle, $call) = @_;
    my $number = fileno $handle;
    die "more than $MAX_HANDLES file descriptors are open\n" if $number >= $MAX_HANDLES;
    $watched->{calls}{$number} = $call;
    vec($watched->{bits}, $number, 1) = 1;
}

# Whether a connection may be watched.
sub has_room { return fileno(shift) < $MAX_HANDLES }

# For what stays open: it must leave handles to connections.
sub require_room {
    die "no file descriptor left for another namespace\n" if fileno(shift) >= $MAX_PERMANENT;
}

sub forget {
    my $number = fileno shift;
    for my $watched ($readers, $writers) {
        vec($watched->{bits}, $number, 1) = 0 if delete $watched->{calls}{$number};
    }
}

# Forgets the handle and closes it.
sub drop {
    my $handle = shift;
    forget($handle);
    close $handle;
}

# Calls in that many seconds, unless it is cancelled by the number that this gives.
sub after {
    my ($seconds, $call) = @_;
    my $moment = System::now() + $seconds;
    $timers{ ++$last_timer } = [$moment, $call];
    $next = $moment if defined $next && $moment < $next;
    return $last_timer;
}

# Calls when all that has come so far was read, and what was begun by that as well: a connection is taken first, then read.
sub settle {
    my ($call, $rounds) = @_;
    $rounds //= 3;
    after(0.004, $rounds == 1 ? $call : sub { settle($call, $rounds - 1) });
}

sub cancel { take($_[0]) if defined $_[0] }

# The timer of that number, which is none from now on.
sub take {
    my $timer = delete $timers{ $_[0] } // return undef;
    undef $next if defined $next && $timer->[0] <= $next;
    return $timer;
}

sub run {
    while (1) {
        my ($reading, $writing) = map { $_->{bits} } $readers, $writers;
        my $ready = select $reading, $writing, undef, time_left();
        die "select: $!\n" if $ready < 0 && !$!{EINTR};
        call_ready($reading, $readers->{calls}) if $ready > 0;
        call_ready($writing, $writers->{calls}) if $ready > 0;
        call_due();
    }
}

sub time_left {
    if (!defined $next) {
        for my $timer (values %timers) {
            $next = $timer->[0] if !defined $next || $timer->[0] < $next;
        }
    }
    return undef if !defined $next;
    my $left = $next - System::now();
    return $left < 0 ? 0 : $left;
}

# One that is called may forget others, or reuse their numbers: each is looked up anew.
sub call_ready {
    my ($bits, $calls) = @_;
    my $ready = unpack 'b*', $bits;
    my @due;
    for (my $number = index $ready, '1'; $number >= 0; $number = index $ready, '1', $number + 1) {
        push @due, [$number, $calls->{$number}];
    }
    for (@due) {
        my ($number, $due) = @$_;
        my $call = $calls->{$number};
        $call->() if defined $call && $call == $due;
    }
}

sub call_due {
    my $now = System::now();
    return if !defined $next || $next > $now;
    for my $id (sort { $a <=> $b } grep { $timers{$_}[0] <= $now } keys %timers) {
        # One that is called may cancel others.
        my $timer = take($id) // next;
        $timer->[1]->();
    }
}

1;
