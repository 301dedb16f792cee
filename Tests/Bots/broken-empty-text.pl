#!/usr/bin/env perl
# Sends a message without a text.
use strict;
use warnings;
$| = 1;

while (my $line = <STDIN>) {
    next unless $line =~ /"type":"telegram.message"/;
    print qq({"type":"telegram.send_message","txt":"hello"}\n);
}
