#!/usr/bin/env perl
# A to-do list for each chat: /add milk, /done 1, /list. It exits after each event, as in CGI (run --ack exit).
# Its only memory is the scope's state, which is in its first line.
use strict;
use warnings;
use JSON::PP;

my $json = JSON::PP->new->utf8->canonical;

sub say_line {
    my ($method, %parameters) = @_;
    print $json->encode({type => "telegram.$method", %parameters}), "\n";
}

my $scope = $json->decode(scalar <STDIN>);
my $event = $json->decode(scalar <STDIN> // exit);
exit if $event->{type} ne 'telegram.message';
my ($command, $rest) = ($event->{text} // '') =~ m{^/(\w+)(?:@\w+)?\s*(.*?)\s*$}s or exit;

my @list = @{$scope->{state} // []};
my $answer;
if ($command eq 'add' && $rest ne '') {
    # Keeps the list within the limits of a message and of a state.
    if (@list == 9) { $answer = 'Nine are enough. Do something first.' }
    else { push @list, substr $rest, 0, 100 }
} elsif ($command eq 'done') {
    if ($rest =~ /^[1-9]$/ && $rest <= @list) { splice @list, $rest - 1, 1 }
    else { $answer = 'Which one? Say /done and its number.' }
} elsif ($command ne 'list') {
    $answer = "/add something\n/done number\n/list";
}
unless (defined $answer) {
    say_line('state', value => \@list);
    $answer = join("\n", map { $_ + 1 . ". $list[$_]" } 0 .. $#list) || 'Nothing to do.';
}
say_line('send_message', text => $answer);
