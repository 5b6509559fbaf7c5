# Writes JSON: hashes, arrays, undef for null, references to scalars for what stands there as it is (\$number, \'true'),
# and all else as strings.

package Json;

use strict;
use warnings;

sub encode {
    my $value = shift;
    return 'null' if !defined $value;
    return '[' . join(',', map { encode($_) } @$value) . ']' if ref $value eq 'ARRAY';
    return '{' . join(',', map { encode_string($_) . ':' . encode($value->{$_}) } sort keys %$value) . '}'
        if ref $value eq 'HASH';
    return $$value if ref $value;
    return encode_string($value);
}

# Bytes that are no UTF-8 are taken for the characters of their numbers.
sub encode_string {
    my $text = shift;
    $text =~ s/(["\\\x00-\x1f\x7f])/sprintf '\\u%04x', ord $1/ge;
    my $copy = $text;
    $text =~ s/([\x80-\xff])/sprintf '\\u%04x', ord $1/ge if !utf8::decode($copy);
    return "\"$text\"";
}

1;
