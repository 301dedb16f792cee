#!/usr/bin/env perl
# Its stdout is buffered.
use strict;
use warnings;

while (my $line = <STDIN>) {
    next unless $line =~ /"type":"telegram.message"/;
    print qq({"type":"telegram.send_message","text":"hello"}\n);
}
