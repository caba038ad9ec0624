// SPDX-License-Identifier: Apache-2.0
/* Where the program sits: netfilter PREROUTING, one link per family. */
#include "datapath/hook.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/alloc.h"

/* The part of union bpf_attr that BPF_LINK_CREATE reads for a netfilter link. */
struct link_create {
	uint32_t prog_fd, target_fd, attach_type, flags;
	struct {
		uint32_t pf, hooknum;
		int32_t priority;
		uint32_t flags;
	} netfilter;
};

int ward_hook_attach(int program_fd, uint32_t family, int32_t priority)
{
	struct link_create attr = {
		.prog_fd = program_fd,
		.attach_type = WARD_BPF_ATTACH_NETFILTER,
		.netfilter =
			{
				.pf = family,
				.hooknum = NF_INET_PRE_ROUTING,
				.priority = priority,
			},
	};
	int fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	return fd < 0 ? -errno : fd;
}

int ward_hook_detach(int link_fd)
{
	return bpf_link_detach(link_fd) < 0 ? -errno : 0;
}

static int accept_load(void)
{
	/* return NF_ACCEPT */
	static const struct bpf_insn accept[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = NF_ACCEPT},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = (enum bpf_attach_type)WARD_BPF_ATTACH_NETFILTER);

	return bpf_prog_load((enum bpf_prog_type)WARD_BPF_PROG_TYPE_NETFILTER, NULL, "GPL", accept,
			     WARD_ARRAY_SIZE(accept), &opts);
}

int ward_hook_probe(void)
{
	_cleanup_close_ int fd = accept_load();

	return fd < 0 ? fd : 0;
}

int ward_hook_is_taken(uint32_t family)
{
	_cleanup_close_ int accept = accept_load();
	int r = accept < 0 ? accept : 0;

	for (int i = 0; r >= 0 && i < WARD_N_HOOK_PRIORITIES; i++) {
		r = ward_hook_attach(accept, family, WARD_HOOK_PRIORITY + i);
		if (r >= 0)
			close(r);
	}
	if (r == -EBUSY)
		return 1;
	return r < 0 ? r : 0;
}
