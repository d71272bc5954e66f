package main

import (
	"os"
	"path/filepath"
	"strings"
)

// headers are the UAPI headers whose constants stand in arguments of system
// calls. Where two define one name differently, the earlier one counts.
var headers = []string{
	"asm/errno.h", "asm/signal.h", "asm/siginfo.h", "asm/fcntl.h", "asm/mman.h", "asm/ioctls.h", "asm/termbits.h", "asm/termios.h",
	"asm/socket.h", "asm/sockios.h", "asm/resource.h", "asm/ptrace.h", "asm/prctl.h", "asm/poll.h", "asm/statfs.h", "asm/hwcap.h",
	"asm/ldt.h", "asm/shmbuf.h", "asm/auxvec.h",
	"linux/fcntl.h", "linux/openat2.h", "linux/stat.h", "linux/fs.h", "linux/mount.h", "linux/mman.h", "linux/memfd.h", "linux/falloc.h",
	"linux/fadvise.h", "linux/xattr.h", "linux/inotify.h", "linux/fanotify.h", "linux/eventpoll.h", "linux/eventfd.h", "linux/timerfd.h",
	"linux/signalfd.h", "linux/signal.h", "linux/sched.h", "linux/prctl.h", "linux/capability.h", "linux/securebits.h", "linux/seccomp.h",
	"linux/ptrace.h", "linux/personality.h", "linux/wait.h", "linux/resource.h", "linux/time.h", "linux/timex.h", "linux/times.h",
	"linux/futex.h", "linux/ipc.h", "linux/sem.h", "linux/shm.h", "linux/msg.h", "linux/mqueue.h", "linux/mempolicy.h", "linux/membarrier.h",
	"linux/keyctl.h", "linux/bpf.h", "linux/perf_event.h", "linux/landlock.h", "linux/close_range.h", "linux/pidfd.h", "linux/userfaultfd.h",
	"linux/io_uring.h", "linux/aio_abi.h", "linux/kexec.h", "linux/module.h", "linux/reboot.h", "linux/quota.h", "linux/dqblk_xfs.h",
	"linux/random.h", "linux/rseq.h", "linux/kcmp.h", "linux/utsname.h", "linux/uio.h", "linux/ioprio.h", "linux/nsfs.h", "linux/lsm.h",
	"linux/swap.h", "linux/sysinfo.h", "linux/socket.h", "linux/in.h", "linux/in6.h", "linux/net.h", "linux/un.h", "linux/tcp.h", "linux/udp.h",
	"linux/sockios.h", "linux/if.h", "linux/if_tun.h", "linux/if_packet.h", "linux/if_arp.h", "linux/if_ether.h", "linux/if_alg.h",
	"linux/netlink.h", "linux/vm_sockets.h", "linux/xfrm.h", "linux/tls.h", "linux/if_xdp.h", "linux/errqueue.h", "linux/filter.h",
	"linux/ioctl.h", "linux/termios.h", "linux/major.h", "linux/tty.h", "linux/tty_flags.h", "linux/serial.h", "linux/kd.h", "linux/vt.h", "linux/tiocl.h",
	"linux/loop.h", "linux/blkpg.h", "linux/blkzoned.h", "linux/fiemap.h", "linux/fscrypt.h", "linux/fsverity.h", "linux/fsmap.h", "linux/fuse.h",
	"linux/kvm.h", "linux/vhost.h", "linux/vfio.h", "linux/rtc.h", "linux/hdreg.h", "linux/watchdog.h", "linux/uinput.h", "linux/input.h",
	"linux/hidraw.h", "linux/dma-buf.h", "linux/dma-heap.h", "linux/sync_file.h", "linux/udmabuf.h", "linux/ppp-ioctl.h", "linux/if_pppox.h",
	"linux/seccomp.h", "linux/audit.h", "linux/binfmts.h", "linux/limits.h", "linux/posix_types.h", "linux/sched/types.h", "linux/auto_fs.h",
	"linux/btrfs.h", "linux/magic.h", "linux/ethtool.h", "linux/net_tstamp.h", "linux/ptp_clock.h", "linux/pps.h", "linux/raw.h",
	"linux/dm-ioctl.h", "linux/cdrom.h", "linux/fd.h", "linux/sonet.h", "linux/wireless.h", "linux/sed-opal.h", "linux/android/binder.h",
	"scsi/sg.h", "mtd/mtd-abi.h", "linux/usbdevice_fs.h", "linux/random.h", "linux/vduse.h", "linux/ublk_cmd.h", "linux/nvme_ioctl.h",
	"linux/nitro_enclaves.h", "linux/mman.h", "linux/mshv.h", "linux/iommufd.h", "linux/stddef.h",
}

// shims stand in for the libc headers that some UAPI headers include, so that
// nothing but the kernel's definitions is seen.
var shims = map[string]string{
	"stdint.h":     "#include <linux/types.h>\ntypedef __u8 uint8_t; typedef __u16 uint16_t; typedef __u32 uint32_t; typedef __u64 uint64_t;\ntypedef __s32 int32_t; typedef __s64 int64_t;\n",
	"sys/time.h":   "#include <linux/time.h>\n",
	"sys/ioctl.h":  "#include <asm/ioctls.h>\n#include <linux/ioctl.h>\n",
	"sys/socket.h": "struct sockaddr { __kernel_sa_family_t sa_family; char sa_data[14]; };\n",
	"limits.h":     "#include <linux/limits.h>\n",
	"string.h":     "\n",
	"stddef.h":     "\n",
	"sys/types.h":  "\n",
}

// needs are the headers that the macros of a header lean on without including
// them.
var needs = map[string][]string{
	"asm/ioctls.h":      {"asm/termbits.h", "linux/serial.h"},
	"asm/termios.h":     {"linux/serial.h"},
	"linux/termios.h":   {"linux/serial.h"},
	"linux/fs.h":        {"linux/fcntl.h", "linux/fiemap.h", "linux/blktrace_api.h"},
	"linux/mount.h":     {"linux/fcntl.h"},
	"linux/dma-heap.h":  {"linux/fcntl.h"},
	"linux/sockios.h":   {"asm/ioctls.h"},
	"linux/un.h":        {"linux/sockios.h"},
	"linux/ppp-ioctl.h": {"linux/filter.h", "linux/sockios.h"},
	"linux/sonet.h":     {"linux/atmioc.h"},
}

// prelude is the C text in front of a header.
func prelude(header string) string {
	var b strings.Builder
	for _, h := range []string{"types", "posix_types", "time", "ioctl", "socket", "const"} {
		b.WriteString("#include <linux/" + h + ".h>\n")
	}
	b.WriteString("typedef __kernel_sa_family_t sa_family_t; typedef __kernel_pid_t pid_t; typedef __kernel_size_t size_t;\n" +
		"typedef __kernel_loff_t loff_t; typedef __kernel_key_t key_t; typedef __kernel_old_time_t time_t;\n" +
		"#define NULL ((void *)0)\n#define offsetof(t, m) __builtin_offsetof(t, m)\n")
	for _, h := range append(needs[header], header) {
		b.WriteString("#include <" + h + ">\n")
	}
	return b.String()
}

// inMemory are prefixes of constants that only ever stand in structures,
// packets and files, never in a register: key codes, netlink attributes,
// processor features, ELF.
var inMemory = []string{
	"KEY_", "BTN_", "ABS_", "IFLA_", "AUDIT_", "ETHTOOL_", "ETH_", "PSCI_", "PSR_", "HWCAP_", "HWCAP2_", "X86_", "WIN_", "L2TP_", "XFRMA_", "XFRM_MSG_",
	"GPCMD_", "ARPHRD_", "EM_", "KVM_REG_", "BTRFS_DEV_", "BTRFS_FEATURE_", "SETFEATURES_", "IFLABEL", "PT_", "PORT_", "BPF_FUNC_",
	"DT_", "NT_", "EI_", "SHT_", "SHF_", "SHN_", "STT_", "STB_", "ET_", "ELF", "EV_", "RTM_", "RTA_", "RTAX_", "RTPROT_", "NFT_", "NFNL_", "NFC_ATTR_", "DEVLINK_",
	"IFA_", "IFAL_", "LWTUNNEL_", "TASKSTATS_", "IW_", "TCP_ACCECN_", "VER_",
}

// inRegister are the exceptions.
var inRegister = []string{"KEY_SPEC_", "KEY_REQKEY_", "ETH_P_"}

func hasAnyPrefix(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// writeShims puts the shims into a directory, which the caller removes.
func writeShims() (string, error) {
	dir, err := os.MkdirTemp("", "shims")
	if err != nil {
		return "", err
	}
	for name, text := range shims {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}
