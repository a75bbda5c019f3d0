# Tries to reach the host from inside of a container, and says what it got: a line `GOT what` for each, and `done` at the end.
# Arguments: paths that something of the host may be at. VICTIM: where the files that must not be reached are on the host; SECRET: what is in
# some of them; ABSTRACT: the name of an abstract socket of the host; ANSWERS: host:port of a server that others may not reach.
use strict;
use warnings;
use Fcntl;
use Socket;
$| = 1;
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { die "slow\n" };
my ($victim, $secret) = ($ENV{VICTIM} // '/nowhere', $ENV{SECRET} // 'no-secret');
sub got { print "GOT @_\n" }

# Files: read, overwritten, added, through every link; sockets: spoken to. No more of them than can be done in a moment.
my $left;
sub attack {
    my ($path, $depth) = @_;
    return if $depth > 4 || --$left < 0;
    if (-S $path) { speak($path); return }
    if (-p $path) { got("a pipe $path") if sysopen(my $pipe, $path, O_WRONLY | O_NONBLOCK); return }
    if (-d $path) {
        opendir(my $dir, $path) or return;
        my @names = grep { !/^\.\.?$/ && !/^added-by/ } readdir($dir);
        # Only what is there to be attacked is written to: where a trial fails this test, it must do no other harm.
        if (grep { /\.db$/ } @names) { if (open(my $new, '>', "$path/added-by-a-trial")) { close($new) } }
        # The kernel's own files are looked at below: some of them never end.
        attack("$path/$_", $depth + 1) for grep { !/^(?:proc|sys|dev)$/ } @names;
        return;
    }
    return unless -f $path && -s $path && -s $path < 100_000;
    if (sysopen(my $file, $path, O_RDONLY | O_NONBLOCK)) { sysread($file, my $text, 100_000); got("a secret in $path") if index($text // '', $secret) >= 0 }
    if ($path =~ /\.db$/ && open(my $file, '>>', $path)) { print $file "trial-wrote-this\n" }
}

sub speak {
    my ($path) = @_;
    socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or return;
    eval {
        alarm 3;
        if (connect($socket, pack_sockaddr_un($path))) {
            syswrite($socket, "GET /version HTTP/1.0\r\n\r\n");
            sysread($socket, my $answer, 10);
            got("an answer of " . ($path =~ s/^\0/@/r));
        }
    };
    alarm 0;
}

for my $path (@ARGV) {
    # What holds the host holds the victim.
    for my $each ("$path$victim", $path) { $left = 2000; attack($each, 0) if -e $each }
    for my $known ('/run/docker.sock', '/var/run/docker.sock', '/run/containerd/containerd.sock', '/docker.sock') { speak("$path$known") if -S "$path$known" }
    for my $known ('/etc/shadow', '/etc/gshadow', '/root/.ssh/id_rsa') { got("$path$known") if -e "$path$known" && -e "$path/etc/machine-id" && open(my $file, '<', "$path$known") }
    print "found what holds it swapped\n" if -l "$path/holds";
    # For the next life: what another service has mounted becomes a link to the victim, or what holds it does.
    if (-d "$path/holds/becomes-a-link" && !-l "$path/holds") {
        rename("$path/holds/becomes-a-link", "$path/was") and symlink("$victim/live", "$path/holds/becomes-a-link") and got('a swapped directory');
        rename("$path/holds", "$path/held") and symlink($victim, "$path/holds");
    }
}
speak("\0$ENV{ABSTRACT}") if $ENV{ABSTRACT};
if (my ($host, $port) = ($ENV{ANSWERS} // '') =~ /^(.*):(\d+)$/) {
    socket(my $socket, PF_INET, SOCK_STREAM, 0);
    eval { alarm 3; got("an answer of $host:$port") if connect($socket, pack_sockaddr_in($port, inet_aton($host))) };
    alarm 0;
}

# The kernel: system calls by number (x86_64), with arguments that do no harm where they are allowed.
my $x64 = `uname -m` =~ /x86_64/;
if ($x64) {
    my ($mount, $unshare, $handle, $bpf, $reboot, $syslog, $perf) = (165, 272, 304, 321, 169, 103, 298);
    mkdir('/tmp/mounted');
    got('a mount') if syscall($mount, my $none = 'none', my $at = '/tmp/mounted', my $type = 'tmpfs', 0, 0) == 0;
    got('the kernel log') if syscall($syslog, 3, my $buffer = "\0" x 256, 256) > 0;
    # The root directory of a file system has inode 2 on ext4; 128 on xfs, 256 on btrfs.
    if (open(my $inside, '<', '/etc/hosts')) {
        for my $inode (2, 64, 96, 128, 256) {
            for my $kind ([1, pack('LL', $inode, 0)], [0x81, pack('QL', $inode, 0)]) {
                my $fid = pack('Ll', length($kind->[1]), $kind->[0]) . $kind->[1];
                # Only refusals of the filter or of the kernel's own check count: any other answer means that it looked.
                my $fd = syscall($handle, fileno($inside), $fid, 0);
                got("the call open_by_handle_at (inode $inode)") if $fd >= 0 || ($!{ESTALE} || $!{EINVAL});
            }
        }
    }
}
for my $file ('/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/proc/sys/kernel/modprobe', '/proc/kcore', '/dev/mem', '/dev/kmsg', '/sys/kernel/uevent_helper') {
    got("$file for writing") if sysopen(my $open, $file, O_WRONLY);
}
for my $device ('/dev/sda', '/dev/vda', '/dev/kvm', '/dev/fuse') { got($device) if sysopen(my $open, $device, O_RDONLY) }
if (open(my $status, '<', '/proc/self/status')) {
    while (<$status>) {
        got('a process without a seccomp filter') if /^Seccomp:\s+0/;
        # SYS_MODULE, SYS_RAWIO, SYS_ADMIN, SYS_BOOT, SYS_TIME, MAC_ADMIN, MAC_OVERRIDE, SYSLOG, PERFMON, BPF, AUDIT_CONTROL, AUDIT_READ
        if (/^CapEff:\s+([\da-f]+)/) {
            my $held = hex($1);
            for my $bit (16, 17, 21, 22, 25, 30, 32, 33, 34, 37, 38, 39) { got("capability $bit") if $held & (1 << $bit) }
        }
    }
}
# Processes of the host: this one is the first, or the child of the first, of its own namespace.
opendir(my $proc, '/proc') or die;
my @processes = grep { /^\d+$/ } readdir($proc);
got(scalar(@processes) . ' processes') if @processes > 6;
print "done\n";
