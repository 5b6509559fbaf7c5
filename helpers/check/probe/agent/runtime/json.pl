# Writes JSON: hashes, arrays, undef as null, references to scalars as literals (\$number, \'true'), everything else as
# strings.

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

# Bytes that are not valid UTF-8 are read as Latin-1.
sub encode_string {
    my $text = shift;
    $text =~ s/(["\\\x00-\x1f\x7f])/sprintf '\\u%04x', ord $1/ge;
    my $copy = $text;
    $text =~ s/([\x80-\xff])/sprintf '\\u%04x', ord $1/ge if !utf8::decode($copy);
    return "\"$text\"";
}

1;
