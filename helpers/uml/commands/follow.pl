# Runs a command inside of a machine whose input and output pass while it runs: perl follow.pl FOLDER REPLY. Its exit code
# is that of FOLDER/script. Pieces of the input appear as FOLDER/input.1, FOLDER/input.2 and so on; an empty one is the
# end. REPLY.output and REPLY.errors grow as the command writes.

use strict;
use warnings;
use Errno qw(EAGAIN);
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use POSIX qw(WNOHANG);

# Seconds between two looks for the next piece of the input.
my $LOOK = 0.05;
# Bytes of a pipe, and its reads in a turn: a command that never stops to write lets its input pass.
my ($BLOCK, $READS) = (65_536, 16);

my ($folder, $reply) = @ARGV;
$SIG{PIPE} = 'IGNORE';
pipe my $its_input, my $input or die;
my %outputs = map {
    pipe my $reader, my $writer or die;
    $_ => { reader => $reader, writer => $writer };
} qw(output errors);

my $child = fork // die;
if ($child == 0) {
    $SIG{PIPE} = 'DEFAULT';
    open STDIN, '<&', $its_input;
    open STDOUT, '>&', $outputs{output}{writer};
    open STDERR, '>&', $outputs{errors}{writer};
    exec 'sh', "$folder/script";
    exit 127;
}
close $its_input;
close delete $_->{writer} for values %outputs;
for my $handle ($input, map { $_->{reader} } values %outputs) {
    fcntl $handle, F_SETFL, O_NONBLOCK | fcntl $handle, F_GETFL, 0;
}

my ($unread, $next, $has_ended) = ('', 1, 0);
for (my $status; !defined $status; ) {
    # All output before its end is read after this question. A process that it left may hold the pipes open.
    $status = $? if waitpid($child, WNOHANG) == $child;
    wait_for_either() if !defined $status;
    feed();
    copy_output($_) for keys %outputs;
    next if !defined $status;
    exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
}

sub wait_for_either {
    my ($read, $write) = ('', '');
    vec($read, fileno $_->{reader}, 1) = 1 for grep { defined $_->{reader} } values %outputs;
    vec($write, fileno $input, 1) = 1 if defined $input && $unread ne '';
    select $read, $write, undef, $LOOK;
}

sub feed {
    return if !defined $input;
    if ($unread eq '' && !$has_ended && open(my $piece, '<', "$folder/input.$next")) {
        local $/;
        $unread = readline($piece) // '';
        $has_ended = $unread eq '';
        $next++;
    }
    my $written = $unread eq '' ? 0 : syswrite $input, $unread;
    my $is_closed = !defined $written && $! != EAGAIN;
    substr $unread, 0, $written // 0, '';
    undef $input if $is_closed || ($has_ended && $unread eq '');
}

# The host sees only files that were closed.
sub copy_output {
    my $name = shift;
    my $reader = $outputs{$name}{reader} // return;
    for (1 .. $READS) {
        my $got = sysread $reader, my $bytes, $BLOCK;
        return if !defined $got;
        return delete $outputs{$name}{reader} if $got == 0;
        open my $file, '>>', "$reply.$name" or die;
        syswrite $file, $bytes;
        close $file;
    }
}
