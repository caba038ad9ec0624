// SPDX-License-Identifier: Apache-2.0
/* Waiting until every packet that was on its way through the program is through.
 *
 * Programs run inside an RCU read section.  The kernel promises that an update of a map of maps
 * returns only after a grace period, because user space relies on it exactly as we do: to know
 * that no program still uses what was there before.  membarrier(2) is no substitute: expedited it
 * waits for no reader at all, and its global form does nothing on one CPU. */
#include "datapath/grace.h"

#include <bpf/bpf.h>

#include "base/alloc.h"

int ward_grace_open(struct ward_grace *grace)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	_cleanup_close_ int inner = -1;
	int outer;

	inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ward_grace_in", 4, 4, 1, NULL);
	if (inner < 0)
		return inner;
	opts.inner_map_fd = inner;
	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "ward_grace", 4, 4, 1, &opts);
	if (outer < 0)
		return outer;
	*grace = (struct ward_grace){.outer = outer, .inner = TAKE_FD(inner)};
	return 0;
}

void ward_grace_close(struct ward_grace *grace)
{
	ward_cleanup_close(&grace->outer);
	ward_cleanup_close(&grace->inner);
	*grace = WARD_GRACE_NONE;
}

int ward_grace_wait(struct ward_grace *grace)
{
	uint32_t zero = 0;

	return bpf_map_update_elem(grace->outer, &zero, &grace->inner, BPF_ANY);
}
