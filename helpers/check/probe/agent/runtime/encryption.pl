# The IPsec states and policies of the host, with which engines encrypt overlays. No key leaves this process.

package Encryption;

use strict;
use warnings;

# States beyond that number are refused: each key costs about a millisecond.
my $MAX_KEYS = 2000;

# The commands of iproute2, which prints a key as 0x and its digits.
my @PARTS = qw(state policy);

# encryption SALT → {state, policy}
sub report {
    my ($succeed, $fail, $salt) = @_;
    ($salt // '') =~ /^[0-9a-f]{16}$/ or die "invalid salt\n";
    my %texts;
    my $failed;
    for my $part (@PARTS) {
        my $end = sub {
            my $why = shift;
            $fail->($why) if !$failed++;
        };
        my $take = sub {
            my $result = shift;
            my ($first) = split /\n/, hide_keys($result->{stderr}, $salt);
            my $ended = ${ $result->{exitCode} } == 0 && ${ $result->{signal} } == 0;
            return $end->("ip xfrm $part: " . ($first || 'failed')) if !$ended;
            return $end->("ip xfrm $part: its output is too long") if ${ $result->{cut} } eq 'true';
            my $text = eval { hide_keys($result->{stdout}, $salt) } // return $end->($@ =~ s/\n\z//r);
            $texts{$part} = $text;
            $succeed->(\%texts) if keys %texts == @PARTS;
        };
        Programs::run($take, $end, 'host', 10_000, 'ip', 'xfrm', $part);
    }
}

# Replaces each long hexadecimal number. SPIs, marks and sequence numbers have at most 8 digits.
sub hide_keys {
    my ($text, $salt) = @_;
    my %digests;
    return $text =~ s{\b0x([0-9a-f]{9,})}{ $digests{lc $1} //= digest(lc $1, $salt, scalar keys %digests) }geir;
}

# A digest of a key with the salt of the check, as SHA-256 passwords have it. A kernel that is locked down shows zeros.
sub digest {
    my ($key, $salt, $count) = @_;
    die "more than $MAX_KEYS keys\n" if $count >= $MAX_KEYS;
    return 'hidden' if $key =~ /^0+$/;
    my $whole = crypt $key, "\$5\$rounds=1000\$$salt\$";
    die "this image has no SHA-256\n" if ($whole // '') !~ m{^\$5\$rounds=1000\$$salt\$([./0-9A-Za-z]{43})$};
    return "digest:$1";
}

1;
