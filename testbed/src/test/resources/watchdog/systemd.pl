#!/usr/bin/perl
# Plays systemd's part for one agent: systemd.pl TIMEOUT_MS STOP_MS VALIDATOR_PID COMMAND...
# Starts COMMAND with a watchdog of TIMEOUT_MS (Type=notify: it runs from the first word on) and kills it when no keepalive comes. When
# COMMAND has ended, for whatever reason, the validator is stopped (BindsTo=): SIGTERM, and SIGKILL STOP_MS later (TimeoutStopSec=).
use strict;
use warnings;
use IO::Select;
use Socket;
use Time::HiRes qw(time sleep);
use POSIX qw(:sys_wait_h);

my ($timeout, $stop, $validator, @command) = @ARGV;
$| = 1;
my $name = "\0failover-systemd-$$";
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($socket, pack_sockaddr_un($name)) or die "bind: $!";
my $began = time;

sub say_line { printf("systemd %.3f %s\n", time - $began, join(' ', @_)); }

my $agent = fork;
if (!$agent) {
    $ENV{NOTIFY_SOCKET} = '@' . substr($name, 1);
    $ENV{WATCHDOG_USEC} = $timeout * 1000;
    $ENV{WATCHDOG_PID} = $$;
    exec @command or die "exec: $!";
}
say_line("agent_pid=$agent");
my $select = IO::Select->new($socket);
my ($fed, $count) = (0, 0);
while (waitpid($agent, WNOHANG) == 0) {
    if ($select->can_read(0.01)) {
        recv($socket, my $words, 4096, 0);
        say_line('ready') if $words =~ /^READY=1$/m;
        if ($words =~ /^WATCHDOG=1$/m) {
            $fed = time;
            $count++;
        }
    }
    if ($fed && time - $fed > $timeout / 1000) {
        say_line(sprintf('watchdog fires: last keepalive %.0f ms ago, %d in all', (time - $fed) * 1000, $count));
        kill 'KILL', $agent;
        waitpid($agent, 0);
        last;
    }
}
my $ended = time;
say_line('agent has ended, the validator is stopped');
kill 'TERM', $validator;
while (kill(0, $validator) && !zombie($validator)) {
    if (time - $ended > $stop / 1000) {
        kill 'KILL', $validator;
    }
    sleep 0.005;
}
say_line(sprintf('validator dead after_keepalive_ms=%.0f after_agent_ms=%.0f', (time - $fed) * 1000, (time - $ended) * 1000));

# Somebody else's child: dead is also who is not awaited yet.
sub zombie {
    open(my $stat, '<', "/proc/$_[0]/stat") or return 1;
    my $line = <$stat> // '';
    return $line =~ /\) [ZX] /;
}
