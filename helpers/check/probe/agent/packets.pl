# The packets of trials. Each carries a letter and the trial's 16 hexadecimal digits: Q for a question, A for the answer to
# one, T for what is not to be answered. It has a time to live of ours. A TCP connection has no room for that where it opens: there it is told by its ends,
# SOURCE:PORT>DESTINATION:PORT.

package Packets;

use strict;
use warnings;

our $TTL = 238;

# What a VXLAN packet holds; nothing when it is none.
sub unwrap {
    my ($bytes, $port) = @_;
    return undef if length $bytes < 70 || ord substr($bytes, 9, 1) != 17;
    my ($source, $destination, $to, $flags, $vni) = unpack 'x12 N N x2 n x4 C x3 N', $bytes;
    return undef if $to != $port || $flags != 8;
    return {
        source => address($source), destination => address($destination), vni => $vni >> 8,
        inner => substr $bytes, 50,
    };
}

# The trial that an IP packet belongs to, and what it is of it: question, answer, syn, syn-ack or data.
sub recognize {
    my $bytes = shift;
    my ($protocol, $source, $destination) = unpack 'x9 C x2 N N', $bytes;
    my $offset = 28;
    if ($protocol == 6) {
        my ($from, $to, $flags) = unpack 'x20 n n x9 C', $bytes;
        my @ends = (address($source) . ":$from", address($destination) . ":$to");
        return (join('>', reverse @ends), 'syn-ack') if ($flags & 0x12) == 0x12;
        return (join('>', @ends), $flags & 0x02 ? 'syn' : 'data');
    }
    # Only what was asked for by us: the kernel answers an echo with the same bytes.
    return if $protocol == 1 && ord substr($bytes, 20, 1) != 8;
    return if substr($bytes, 28) !~ /^([QAT])([0-9a-f]{16})/;
    return ($2, $1 eq 'A' ? 'reply' : 'request');
}

sub address { join '.', unpack 'C4', pack 'N', shift }

# Of that many bytes, or as short as can be.
sub payload {
    my ($letter, $trial, $size) = @_;
    return "$letter$trial" . '.' x ($size > 17 ? $size - 17 : 0);
}

sub echo_request {
    my ($id, $sequence, $payload) = @_;
    my $packet = pack 'CCnnn a*', 8, 0, 0, $id, $sequence, $payload;
    substr $packet, 2, 2, pack 'n', checksum($packet);
    return $packet;
}

# A VXLAN packet's payload: an Ethernet frame with UDP in it, of no UDP checksum.
sub vxlan {
    my ($vni, $frame) = @_;
    return pack('C x3 N', 8, $vni << 8) . $frame;
}

sub frame {
    my ($to_mac, $from_mac, $packet) = @_;
    return join('', map { pack 'H12', tr/://dr } $to_mac, $from_mac) . pack('n', 0x0800) . $packet;
}

sub udp_packet {
    my ($from, $to, $from_port, $to_port, $payload) = @_;
    my $udp = pack 'nnnn a*', $from_port, $to_port, 8 + length $payload, 0, $payload;
    my @addresses = map { pack 'C4', split /\./ } $from, $to;
    my $header = pack 'CCnnnCCn a4 a4', 0x45, 0, 20 + length $udp, 0, 0x4000, $TTL, 17, 0, @addresses;
    substr $header, 10, 2, pack 'n', checksum($header);
    return $header . $udp;
}

sub checksum {
    my $bytes = shift;
    my $sum = unpack '%32n*', length($bytes) % 2 ? "$bytes\0" : $bytes;
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    return ~$sum & 0xffff;
}

1;
