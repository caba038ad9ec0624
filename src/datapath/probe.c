// SPDX-License-Identifier: Apache-2.0
/* What this kernel has of what enforcement needs:
 *
 *	- 6.4: programs of type netfilter, their links (CONFIG_NETFILTER_BPF_LINK), packets as
 *	  dynptrs
 *	- 5.9: links that can be detached
 *	- 5.5: arrays that can be mapped
 *	- 5.4: types of the kernel for a program to read by (CONFIG_DEBUG_INFO_BTF)
 *	- 3.13: nftables (CONFIG_NF_TABLES with CONFIG_NFT_CT)
 *
 * Trying the first asks for all but the types and nftables; what else is missing says so when it is
 * used. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/alloc.h"
#include "datapath/datapath.h"
#include "datapath/hook.h"

static char *why_no_hook(int error)
{
	struct utsname system;

	uname(&system);
	if (error == -EPERM || error == -EACCES)
		return ward_strdup("loading BPF programs needs root, or CAP_BPF, CAP_PERFMON and "
				   "CAP_NET_ADMIN: run this with sudo");
	if (error == -EINVAL)
		return ward_format("Linux %s cannot run BPF programs at netfilter hooks: it takes "
				   "6.4 or newer with CONFIG_NETFILTER_BPF_LINK=y",
				   system.release);
	return ward_format("the kernel refuses BPF programs at netfilter hooks: %s",
			   strerror(-error));
}

int ward_datapath_probe(char **ret_why)
{
	int r = ward_hook_probe();

	if (r < 0) {
		*ret_why = why_no_hook(r);
		return r;
	}
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0) {
		*ret_why = ward_strdup("the kernel does not describe its types: there is no "
				       "/sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF=y, and /sys "
				       "mounted)");
		return -ENOENT;
	}
	return 0;
}
