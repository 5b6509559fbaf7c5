# The runs whose trials this agent expects. Packets that only look like a trial's cost no memory.

package Expected;

use strict;
use warnings;

# A trial's id has 16 hexadecimal digits: 8 of its run, 8 of a counter. No run makes more trials than this.
our $MAX_NUMBER = 0x1ffff;

my %runs;

# expect RUN… → []
sub add {
    my ($succeed, $fail, @runs) = @_;
    for my $run (@runs) {
        die "invalid run: $run\n" if $run !~ /^[0-9a-f]{8}\z/;
        $runs{$run} = 1;
    }
    $succeed->([]);
}

sub has {
    my ($run, $number) = unpack 'A8 A8', shift;
    return exists $runs{$run} && hex($number) <= $MAX_NUMBER;
}

1;
