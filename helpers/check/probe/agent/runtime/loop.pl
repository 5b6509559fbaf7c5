# An event loop: calls handlers when a file handle is ready or a timer is due.

package Loop;

use strict;
use warnings;
use Errno ();

# The handlers of readable and writable handles by file descriptor, and the descriptors as a bit vector for select:
# hundreds of handles are watched, and few of them are ready at the same time.
my ($readers, $writers) = ({ calls => {}, bits => '' }, { calls => {}, bits => '' });
# By a counter: [due time, handler].
my %timers;
my $last_timer = 0;
# The earliest due time; undef if it must be searched for.
my $next;

# The maximum file descriptors to watch, in total and for permanent sockets in namespaces. The difference is reserved
# for connections.
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

# Tells if a connection may be watched.
sub has_room { return fileno(shift) < $MAX_HANDLES }

# Dies if a permanent socket would use a descriptor that is reserved for connections.
sub require_room {
    die "no file descriptor left for another namespace\n" if fileno(shift) >= $MAX_PERMANENT;
}

sub forget {
    my $number = fileno shift;
    for my $watched ($readers, $writers) {
        vec($watched->{bits}, $number, 1) = 0 if delete $watched->{calls}{$number};
    }
}

# Stops watching the handle and closes it.
sub drop {
    my $handle = shift;
    forget($handle);
    close $handle;
}

# Calls the handler after that many seconds. Returns a number for `cancel`.
sub after {
    my ($seconds, $call) = @_;
    my $moment = System::now() + $seconds;
    $timers{ ++$last_timer } = [$moment, $call];
    $next = $moment if defined $next && $moment < $next;
    return $last_timer;
}

# Calls the handler after all data that has arrived is read, including on new connections: a connection is accepted in
# one round and read in the next one.
sub settle {
    my ($call, $rounds) = @_;
    $rounds //= 3;
    after(0.004, $rounds == 1 ? $call : sub { settle($call, $rounds - 1) });
}

sub cancel { take($_[0]) if defined $_[0] }

# Removes and returns the timer of that number.
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

# A handler may forget other handles or reuse their descriptors: each is looked up again.
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
    # In the order of their times: on a busy host, several are due at the same time, and the later one may cancel the earlier one.
    my @due = grep { $timers{$_}[0] <= $now } keys %timers;
    for my $id (sort { $timers{$a}[0] <=> $timers{$b}[0] || $a <=> $b } @due) {
        # A handler may cancel other timers.
        my $timer = take($id) // next;
        $timer->[1]->();
    }
}

1;
