/* SPDX-License-Identifier: Apache-2.0 */
/* GroupPolicies as plain Kubernetes objects.
 *
 * What is rendered is what lowering made of them: the same members, the same halves, the same
 * exemptions.  What a kind of object cannot say is refused, never approximated: then there is an
 * error among the diagnostics, and nothing of the rendering should be used, because the part that
 * could be said may allow what the other part was to deny.
 *
 * The bytes depend on what is said and not on the order in which it was read. */
#pragma once

#include <stdio.h>

#include "base/diag.h"
#include "base/vec.h"
#include "doc/node.h"
#include "kube/snapshot.h"

enum ward_render_target {
	WARD_RENDER_NETWORKPOLICY,
	/* tiers Emergency, Platform and Baseline as ClusterNetworkPolicy v1alpha2; Application
	 * stays NetworkPolicy: an Accept of the Admin tier would override all of these */
	WARD_RENDER_CNP,
};

struct ward_rendered {
	const char *ns, *name; /* @ns "" in no namespace */
	struct ward_node root;
};

struct ward_rendering {
	WARD_VEC(struct ward_rendered) objects; /* in the order to be written */
	uint32_t n_policies;			/* that there were to render */
	struct ward_arena arena;
};

/* Of a complete snapshot.  What is refused, and notes about what is not covered, are added to
 * @diags; the texts of the rendering live as long as the snapshot's symbols. */
void ward_render(const struct ward_snapshot *snapshot, enum ward_render_target target,
		 struct ward_diags *diags, struct ward_rendering *ret_rendering);
void ward_rendering_done(struct ward_rendering *rendering);

/* Documents of YAML, or a List as JSON. */
void ward_rendering_write(const struct ward_rendering *rendering, bool json, FILE *out);
