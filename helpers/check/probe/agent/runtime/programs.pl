# Runs programs of the image in namespaces of the host.

package Programs;

use strict;
use warnings;
use POSIX ();

# The maximum number of running programs. Others wait, and their limits start later.
my $MAX_RUNNING = 8;
my $running = 0;
my @waiting;

# iptables waits for the host's lock: the engine writes rules at any time. The container's own files are read-only.
$ENV{XTABLES_LOCKFILE} = '/proc/1/root/run/xtables.lock';

# Bytes of output to keep. A program may write more.
my %MAX_OUTPUT = (stdout => 8_000_000, stderr => 64_000, failure => 1_000);

# run NAMESPACE MILLISECONDS PROGRAM ARGUMENT… → {exitCode, signal, timedOut, stdout, stderr, cut}
sub run {
    my ($succeed, $fail, $namespace, $limit, @command) = @_;
    push @waiting, sub {
        return if eval { start($succeed, $fail, $namespace, $limit / 1000, @command); 1 };
        $running--;
        $fail->($@ =~ s/\n\z//r);
    };
    start_next();
}

sub start_next {
    while ($running < $MAX_RUNNING && @waiting) {
        $running++;
        (shift @waiting)->();
    }
}

sub start {
    my ($succeed, $fail, $namespace, $limit, @command) = @_;
    my (%from, %to);
    # A successful exec closes the last pipe: an error before that is in it.
    pipe $from{$_}, $to{$_} or die "pipe: $!\n" for qw(stdout stderr failure);
    my $pid = fork // die "fork: $!\n";
    run_child($namespace, \%to, @command) if $pid == 0;
    close $_ for values %to;
    my $program = { pid => $pid, succeed => $succeed, fail => $fail, open => 3, cut => 'false', timed_out => 'false' };
    $program->{timer} = Loop::after($limit, sub {
        $program->{timed_out} = 'true';
        kill KILL => $pid;
    });
    collect($program, $_, $from{$_}) for keys %from;
}

# The code of the child process. It does not return.
sub run_child {
    my ($namespace, $to, @command) = @_;
    System::die_with_parent();
    alarm 0;
    eval {
        Namespaces::enter($namespace);
        open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
        open STDOUT, '>&', $to->{stdout} or die "stdout: $!\n";
        open STDERR, '>&', $to->{stderr} or die "stderr: $!\n";
        no warnings 'exec';
        exec { $command[0] } @command;
        die "$command[0]: $!\n";
    };
    syswrite $to->{failure}, $@ =~ s/\n\z//r;
    POSIX::_exit(127);
}

sub collect {
    my ($program, $name, $handle) = @_;
    $program->{$name} = '';
    Loop::on_readable($handle, sub {
        my $got = sysread $handle, my $bytes, 65_536;
        if (!$got) {
            Loop::drop($handle);
            finish($program) if --$program->{open} == 0;
            return;
        }
        my $room = $MAX_OUTPUT{$name} - length $program->{$name};
        $program->{cut} = 'true' if $got > $room;
        $program->{$name} .= substr $bytes, 0, $room;
    });
}

# A process closes its output a moment before it ends.
sub finish {
    my $program = shift;
    if (waitpid($program->{pid}, POSIX::WNOHANG()) == 0) {
        Loop::after(0.001, sub { finish($program) });
        return;
    }
    my ($code, $signal) = ($? >> 8, $? & 127);
    Loop::cancel($program->{timer});
    $running--;
    start_next();
    return $program->{fail}->($program->{failure}) if length $program->{failure};
    $program->{succeed}->({
        exitCode => \$code,
        signal => \$signal,
        timedOut => \$program->{timed_out},
        stdout => $program->{stdout},
        stderr => $program->{stderr},
        cut => \$program->{cut},
    });
}

1;
