# The exercise of chapter 12 in Perl: the checker starts a command and sees only the wire.

use strict;
use warnings;
use Getopt::Long;
use IO::Socket::INET;

my $port = 15000;
GetOptions("port=i" => \$port) or exit 2;
$| = 1;
$SIG{PIPE} = "IGNORE";
$SIG{INT} = sub { print "STOPPED\n"; exit 0; };

my $listener = IO::Socket::INET->new(
    LocalAddr => "127.0.0.1",
    LocalPort => $port,
    Listen    => 100,
    ReuseAddr => 1,
) or die "cannot listen on port $port\n";
printf "LISTENING 127.0.0.1 %d\n", $listener->sockport;

while (1) {
    my $connection = $listener->accept or next;
    my $line = "";
    while ($line !~ /\n/) {
        my $got = sysread $connection, $line, 1024, length $line;
        last unless $got;
    }
    syswrite $connection, "Hello, $1!\n" if $line =~ /^([^\r\n]*)\r?\n/;
    close $connection;
}
