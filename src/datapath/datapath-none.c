// SPDX-License-Identifier: Apache-2.0
/* The datapath of a build without BPF: every attempt says why it cannot be. */
#include <errno.h>

#include "base/alloc.h"
#include "datapath/datapath.h"

int ward_datapath_probe(char **ret_why)
{
	*ret_why =
		ward_strdup("this ward was built without BPF and cannot enforce: rebuild it with "
			    "clang, bpftool, libbpf and libnftables installed and -Dbpf=enabled");
	return -EOPNOTSUPP;
}

int ward_datapath_open(const struct ward_datapath_config *config,
		       struct ward_datapath **ret_datapath, char **ret_why)
{
	return ward_datapath_probe(ret_why);
}

struct ward_datapath *ward_datapath_close(struct ward_datapath *datapath)
{
	return NULL;
}

void ward_datapath_own_set(struct ward_datapath *datapath, const struct ward_ip *ips, uint32_t n)
{
}

int ward_datapath_commit(struct ward_datapath *datapath, const struct ward_engine *engine,
			 const uint32_t *ifindex)
{
	return -EOPNOTSUPP;
}

int ward_datapath_settle(struct ward_datapath *datapath)
{
	return -EOPNOTSUPP;
}

int ward_datapath_events_fd(const struct ward_datapath *datapath)
{
	return -EOPNOTSUPP;
}

int ward_datapath_events_poll(struct ward_datapath *datapath, ward_flow_fn fn, void *userdata)
{
	return -EOPNOTSUPP;
}

int ward_datapath_events_sweep(struct ward_datapath *datapath, ward_flow_fn fn, void *userdata)
{
	return -EOPNOTSUPP;
}

void ward_datapath_counters(const struct ward_datapath *datapath,
			    struct ward_datapath_counters *ret_counters)
{
	*ret_counters = (struct ward_datapath_counters){};
}
