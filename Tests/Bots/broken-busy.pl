#!/usr/bin/env perl
# Polls stdin without pausing.
use strict;
use warnings;
use Fcntl;

fcntl STDIN, F_SETFL, O_NONBLOCK;
while (1) {
    my $count = sysread STDIN, my $text, 65536;
    exit if defined $count && $count == 0;
}
