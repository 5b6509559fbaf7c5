# The packets of trials. Each has the TTL below and contains a letter and the trial's id of 16 hexadecimal digits: Q is
# a request, A its reply, T a one-way packet. The first segments of a TCP connection contain no data: they are
# identified by SOURCE:PORT>DESTINATION:PORT.

package Packets;

use strict;
use warnings;

our $TTL = 238;

# Returns the content of a VXLAN packet (RFC 7348) without its inner Ethernet header; undef for other packets.
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

# Returns the trial of an IP packet and its part in it: request, reply, syn, syn-ack or data.
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
    # Only the request counts: the kernel replies to an echo with the same bytes.
    return if $protocol == 1 && ord substr($bytes, 20, 1) != 8;
    return if substr($bytes, 28) !~ /^([QAT])([0-9a-f]{16})/;
    return ($2, $1 eq 'A' ? 'reply' : 'request');
}

sub address { join '.', unpack 'C4', pack 'N', shift }

# Returns a payload of that many bytes, or the shortest possible.
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

# Returns the UDP payload of a VXLAN packet with that Ethernet frame.
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
