/* SPDX-License-Identifier: Apache-2.0 */
/* What the lowerings share: pieces of IR, copied into the arena of the policy that will own them.
 * Seen by this layer only. */
#pragma once

#include "kube/networkpolicy.h"
#include "policy/lower.h"

/* Both copy deeply. */
struct ward_selector ward_build_selector(struct ward_arena *arena,
					 const struct ward_selector *selector);
void ward_build_ports(struct ward_arena *arena, struct ward_rule *rule,
		      const struct ward_np_port *ports, uint32_t n);
