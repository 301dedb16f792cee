#!/usr/bin/env perl
# Asks again and again whether something can be read.
use strict;
use warnings;
use Fcntl;

fcntl STDIN, F_SETFL, O_NONBLOCK;
while (1) {
    my $count = sysread STDIN, my $text, 65536;
    exit if defined $count && $count == 0;
}
