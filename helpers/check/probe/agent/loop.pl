# Waits for handles and for moments, and calls what was left to be done then.

package Loop;

use strict;
use warnings;
use Errno ();

# By number of the handle: what to call when something can be read from it, or written to it.
my (%readers, %writers);
# By a number of its own: [moment, what to call].
my %timers;
my $last_timer = 0;

# More would be a mistake of ours; select itself ends at 1024.
my $MOST = 900;

sub on_readable { watch(\%readers, @_) }

sub on_writable { watch(\%writers, @_) }

sub watch {
    my ($watched, $handle, $call) = @_;
    die "more than $MOST handles are open\n" if fileno $handle >= $MOST;
    $watched->{ fileno $handle } = $call;
}

sub forget {
    my $handle = shift;
    delete $readers{ fileno $handle };
    delete $writers{ fileno $handle };
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
    $timers{ ++$last_timer } = [System::now() + $seconds, $call];
    return $last_timer;
}

# Calls when all that has come so far was read, and what was begun by that as well: a connection is taken first, then read.
sub settle {
    my ($call, $turns) = @_;
    $turns //= 3;
    after(0.004, $turns == 1 ? $call : sub { settle($call, $turns - 1) });
}

sub cancel { delete $timers{ $_[0] } if defined $_[0] }

sub run {
    while (1) {
        my ($reading, $writing) = (bits(\%readers), bits(\%writers));
        my $ready = select $reading, $writing, undef, time_left();
        die "select: $!\n" if $ready < 0 && !$!{EINTR};
        call_ready($reading, \%readers) if $ready > 0;
        call_ready($writing, \%writers) if $ready > 0;
        call_due();
    }
}

sub bits {
    my $bits = '';
    vec($bits, $_, 1) = 1 for keys %{ $_[0] };
    return $bits;
}

sub time_left {
    my $next;
    for my $timer (values %timers) {
        $next = $timer->[0] if !defined $next || $timer->[0] < $next;
    }
    return undef if !defined $next;
    my $left = $next - System::now();
    return $left < 0 ? 0 : $left;
}

# One that is called may forget others, or reuse their numbers: each is looked up anew.
sub call_ready {
    my ($bits, $watched) = @_;
    my %due = map { $_ => $watched->{$_} } grep { vec $bits, $_, 1 } keys %$watched;
    for my $number (keys %due) {
        my $call = $watched->{$number};
        $call->() if defined $call && $call == $due{$number};
    }
}

sub call_due {
    my $now = System::now();
    for my $id (sort { $a <=> $b } keys %timers) {
        my $timer = $timers{$id} // next;
        next if $timer->[0] > $now;
        delete $timers{$id};
        $timer->[1]->();
    }
}

1;
