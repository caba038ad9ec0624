/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in a group, as its author wrote it.
 *
 * Entries are OR; everything inside one entry is AND.  One rule, no exceptions: an entry that names
 * two groups means the pods that are in both. */
#pragma once

#include "kube/networkpolicy.h"
#include "kube/selector.h"

struct ward_group_name {
	ward_sym name;
	struct ward_mark mark;
};

/* Either pods, or addresses: a label selector never matches an address. */
struct ward_member_entry {
	struct ward_mark mark;
	bool scoped; /* it says which namespaces, by itself or through its groups */
	struct ward_selector namespaces, pods; /* the pods' may ask for WARD_SYM_SERVICE_ACCOUNT */
	uint32_t n_groups;
	const struct ward_group_name *groups;
	uint32_t n_blocks;
	const struct ward_np_peer *blocks; /* with has_block */
};

struct ward_membership {
	struct ward_mark mark;
	uint32_t n_entries, n_excludes;
	const struct ward_member_entry *entries, *excludes;
	uint32_t n_required; /* labels that every member should have */
	const ward_sym *required;
	bool excludes_lacking; /* who lacks one is no member; otherwise it is only said */
};
