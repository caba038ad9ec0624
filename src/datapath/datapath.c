// SPDX-License-Identifier: Apache-2.0
/* One node's kernel: the parts put together.
 *
 * Nothing is pinned: the links, the program, the image and the nftables table all hang on
 * descriptors of this process and go when it does.  Opening is closed first, then attached: the
 * image says "nothing to or from a pod" before the first packet can be judged. */
#include "datapath/datapath.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/alloc.h"
#include "datapath/events.h"
#include "datapath/grace.h"
#include "datapath/hook.h"
#include "datapath/internal.h"
#include "datapath/program.h"
#include "datapath/tracking.h"
#include "image/image.h"

enum {
	DEFAULT_ADDRESSES = 1 << 16,
	DEFAULT_HEAP_LINES = 1 << 16, /* 4 MB */
	N_LINKS = 2,
};

struct ward_datapath {
	struct ward_program program;
	struct ward_image_writer *writer;
	struct ward_grace grace;
	struct ward_events *events;
	struct nft_ctx *nft;
	int link[N_LINKS];
};

static int grace_wait(void *userdata)
{
	struct ward_datapath *datapath = userdata;

	return ward_grace_wait(&datapath->grace);
}

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

static int attach(struct ward_datapath *datapath, char **ret_why)
{
	static const uint32_t families[N_LINKS] = {NFPROTO_IPV4, NFPROTO_IPV6};

	for (int i = 0; i < N_LINKS; i++) {
		int fd = ward_hook_attach(datapath->program.fd, families[i]);

		if (fd == -EBUSY)
			*ret_why = ward_format("another BPF program is at netfilter PREROUTING, "
					       "priority %d, in this network namespace; is another "
					       "Ward enforcing here?",
					       WARD_HOOK_PRIORITY);
		else if (fd < 0)
			*ret_why = ward_format("cannot attach at netfilter PREROUTING: %s",
					       strerror(-fd));
		if (fd < 0)
			return fd;
		datapath->link[i] = fd;
	}
	return 0;
}

static int image_new(struct ward_datapath *datapath, const struct ward_datapath_config *config,
		     char **ret_why)
{
	uint32_t n_addresses = config->n_addresses ? config->n_addresses : DEFAULT_ADDRESSES;
	uint32_t n_lines = config->n_heap_lines ? config->n_heap_lines : DEFAULT_HEAP_LINES;
	struct ward_image_config image = {
		.geometry = ward_geometry_for(n_addresses, n_addresses, n_lines),
		.node = config->node,
		.n_pod_ranges = config->n_pod_ranges,
		.pod_ranges = config->pod_ranges,
		.n_uplinks = config->n_uplinks,
		.uplinks = config->uplinks,
		.grace = grace_wait,
		.userdata = datapath,
		.is_lazy = config->is_lazy,
	};
	const struct ward_program_config program = {.geometry = image.geometry,
						    .report_every = config->report_every,
						    .linger_us = config->linger_us};
	int r = ward_program_load(&datapath->program, &program, ret_why);

	if (r < 0)
		return r;
	image.bytes = datapath->program.image;
	datapath->writer = ward_image_writer_new(&image);
	if (!datapath->writer) {
		*ret_why = ward_strdup("the image has no room for the node's pod ranges");
		return -ENOSPC;
	}
	return 0;
}

static int parts_open(struct ward_datapath *datapath, const struct ward_datapath_config *config,
		      char **ret_why)
{
	int r = ward_datapath_probe(ret_why);

	if (r < 0)
		return r;
	r = ward_grace_open(&datapath->grace);
	if (r < 0) {
		*ret_why = ward_format("cannot create a BPF map of maps: %s", strerror(-r));
		return r;
	}
	r = image_new(datapath, config, ret_why);
	if (r < 0)
		return r;
	r = ward_events_open(&datapath->program, &datapath->events);
	if (r < 0) {
		*ret_why = ward_format("cannot read the ring of flow events: %s", strerror(-r));
		return r;
	}
	r = ward_tracking_open(&datapath->nft, ret_why);
	return r < 0 ? r : attach(datapath, ret_why);
}

int ward_datapath_open(const struct ward_datapath_config *config,
		       struct ward_datapath **ret_datapath, char **ret_why)
{
	struct ward_datapath *datapath = ward_new(struct ward_datapath);
	int r;

	*datapath = (struct ward_datapath){.grace = WARD_GRACE_NONE, .link = {-1, -1}};
	r = parts_open(datapath, config, ret_why);
	if (r < 0)
		ward_datapath_close(datapath);
	else
		*ret_datapath = datapath;
	return r;
}

struct ward_datapath *ward_datapath_close(struct ward_datapath *datapath)
{
	if (!datapath)
		return NULL;
	for (int i = 0; i < N_LINKS; i++)
		ward_cleanup_close(&datapath->link[i]);
	ward_tracking_close(datapath->nft);
	ward_events_close(datapath->events);
	ward_image_writer_free(datapath->writer);
	ward_program_unload(&datapath->program);
	ward_grace_close(&datapath->grace);
	free(datapath);
	return NULL;
}

void ward_datapath_own_set(struct ward_datapath *datapath, const struct ward_ip *ips, uint32_t n)
{
	ward_image_own_set(datapath->writer, ips, n);
}

int ward_datapath_commit_tables(struct ward_datapath *datapath, const struct ward_tables *tables,
				const uint32_t *ifindex)
{
	return ward_image_commit(datapath->writer, tables, NULL, ifindex);
}

int ward_datapath_commit(struct ward_datapath *datapath, const struct ward_engine *engine,
			 const uint32_t *ifindex)
{
	return ward_image_commit(datapath->writer, ward_engine_tables(engine),
				 ward_engine_delta(engine), ifindex);
}

int ward_datapath_settle(struct ward_datapath *datapath)
{
	return ward_image_settle(datapath->writer);
}

const struct ward_program *ward_datapath_program(const struct ward_datapath *datapath)
{
	return &datapath->program;
}

int ward_datapath_events_fd(const struct ward_datapath *datapath)
{
	return ward_events_fd(datapath->events);
}

int ward_datapath_events_poll(struct ward_datapath *datapath, ward_flow_fn fn, void *userdata)
{
	return ward_events_poll(datapath->events, fn, userdata);
}

int ward_datapath_events_sweep(struct ward_datapath *datapath, ward_flow_fn fn, void *userdata)
{
	return ward_events_sweep(datapath->events, fn, userdata);
}

void ward_datapath_counters(const struct ward_datapath *datapath,
			    struct ward_datapath_counters *ret_counters)
{
	*ret_counters = (struct ward_datapath_counters){};
	ward_counters_read(datapath->program.counters_fd, ret_counters);
}
