/* SPDX-License-Identifier: Apache-2.0 */
/* The decoders of the kinds of ward.dev. */
#pragma once

#include "group/grouppolicy.h"
#include "kube/decode.h"

struct ward_object *ward_grouppolicy_decode(struct ward_decode *decode,
					    const struct ward_node *root);

/* `expires` of a line: its day (base/day.h), or 0 when absent or wrong.  Says when it has passed,
 * or soon will. */
int32_t ward_group_expires_decode(const struct ward_field *field);

/* One element of `ports`: 8080, "9000-9010", metrics, 53/UDP, "9000-9010/UDP". */
struct ward_np_port ward_group_port_decode(const struct ward_field *item);
