# The probe's one process: it answers what overlay-e2e asks of a host's kernel, and ends with the one who asks.
#
#   perl main.pl SECONDS [enter]
#
# SECONDS is how long it lives at most, whatever else fails; with «enter» it may go to other namespaces than its own.
#
# Questions come on standard input, one a line, words between spaces, each percent-encoded:
#
#   ID VERB WORD…
#
# Answers go to standard output, in whatever order they are ready; JSON when it is ok, else what was wrong in words:
#
#   ID ok LENGTH\n<LENGTH bytes>
#   ID failed LENGTH\n<LENGTH bytes>
#
# The first answer, of ID 0, comes unasked: the agent is ready. A namespace is told by one word: see namespaces.pl.
# What each verb takes and gives stands at its own place. It is one process with one loop: it opens sockets in whatever
# namespace and holds them, and forks only to run a program.

use strict;
use warnings;

my ($folder) = $0 =~ m{^(.*)/};
require "$folder/$_.pl"
    for qw(system loop json namespaces programs files sockets exchanges),
    qw(packets links expected captures listeners trials inject sniff threads);

my %verbs = (
    run => \&Programs::run,
    read => \&Files::read_all,
    list => \&Files::list,
    threads => \&Threads::report,
    expect => \&Expected::add,
    capture => \&Captures::open_all,
    captured => \&Captures::report,
    listen => \&Listeners::open_all,
    received => \&Listeners::report,
    request => \&Trials::request_all,
    inject => \&Inject::inject_all,
    sniff => \&Sniff::start,
    sniffed => \&Sniff::report,
    results => \&Trials::report,
    exchange => \&Exchanges::exchange,
);

# A question may be a whole batch of packets to send; more than this is no question of ours.
my $MAX_COMMAND = 4_000_000;

# SIGALRM ends a process that does not catch it.
alarm($ARGV[0] // 60);
binmode $_ for *STDIN, *STDOUT;
Namespaces::enter_host(($ARGV[1] // '') eq 'enter');
respond(0, 'ok', Json::encode({ pid => \$$ }));

my $unread = '';
Loop::on_readable(*STDIN, sub {
    my $got = sysread(STDIN, $unread, 65_536, length $unread);
    exit 0 if !$got;
    die "a command of more than $MAX_COMMAND bytes\n" if length $unread > $MAX_COMMAND;
    while ((my $end = index $unread, "\n") >= 0) {
        my $line = substr $unread, 0, $end + 1, '';
        chomp $line;
        dispatch($line);
    }
});
Loop::run();

sub dispatch {
    my ($id, $name, @words) = map { s/%([0-9A-F]{2})/chr hex $1/ger } split / /, shift;
    my $verb = $verbs{$name};
    my $succeed = sub { respond($id, 'ok', Json::encode($_[0])) };
    my $fail = sub { respond($id, 'failed', $_[0]) };
    return $fail->("unknown verb $name") if !defined $verb;
    # An empty word is an empty string, and split drops those at the end: no verb takes one there.
    eval { $verb->($succeed, $fail, @words); 1 } or $fail->($@ =~ s/\n\z//r);
}

# Blocks while the one who asks does not read: it then gets no more until it does, and nothing piles up here.
sub respond {
    my ($id, $status, $bytes) = @_;
    my $frame = "$id $status " . length($bytes) . "\n$bytes";
    while (length $frame) {
        my $written = syswrite STDOUT, $frame;
        exit 0 if !defined $written && !$!{EINTR};
        substr $frame, 0, $written // 0, '';
    }
}
