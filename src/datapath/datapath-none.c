// SPDX-License-Identifier: Apache-2.0
/* The datapath of a build without BPF: every attempt says why it cannot be. */
#include <errno.h>

#include "base/alloc.h"
#include "datapath/bypass.h"
#include "datapath/datapath.h"
#include "datapath/source.h"

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

int ward_datapath_remove(const char *pins, char **ret_why)
{
	return ward_datapath_probe(ret_why);
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

void ward_datapath_tallies(struct ward_datapath *datapath, ward_tally_fn fn, void *userdata)
{
}

uint64_t ward_datapath_numbering(const struct ward_datapath *datapath)
{
	return 0;
}

int ward_datapath_tallies_turn(struct ward_datapath *datapath, ward_tally_fn fn, void *userdata)
{
	return -EOPNOTSUPP;
}

void ward_datapath_counters(const struct ward_datapath *datapath,
			    struct ward_datapath_counters *ret_counters)
{
	*ret_counters = (struct ward_datapath_counters){};
}

int ward_source_open(const uint8_t router[static 6], struct ward_source **ret_source,
		     char **ret_why)
{
	return ward_datapath_probe(ret_why);
}

struct ward_source *ward_source_close(struct ward_source *source)
{
	return NULL;
}

int ward_source_guard(struct ward_source *source, const struct ward_source_port *port,
		      char **ret_why)
{
	return ward_datapath_probe(ret_why);
}

void ward_source_release(struct ward_source *source, const struct ward_source_port *port)
{
}

void ward_source_counters(const struct ward_source *source, struct ward_source_counters *ret)
{
	*ret = (struct ward_source_counters){};
}

void ward_datapath_status(const struct ward_datapath *datapath,
			  struct ward_datapath_status *ret_status)
{
	*ret_status = (struct ward_datapath_status){};
}

int ward_bypass_find(struct ward_bypasses *ret)
{
	*ret = (struct ward_bypasses){};
	return 0;
}

void ward_bypasses_done(struct ward_bypasses *bypasses)
{
}
