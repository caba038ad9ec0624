/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proto.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

static const char *const proto_names[] = {
	[WARD_TCP] = "TCP",
	[WARD_UDP] = "UDP",
	[WARD_SCTP] = "SCTP",
	[WARD_OTHER] = "other",
};
static_assert(WARD_ARRAY_SIZE(proto_names) == WARD_N_PROTO, "one name per protocol");

const char *ward_proto_str(enum ward_proto proto)
{
	return proto_names[proto];
}

enum ward_proto ward_proto_parse(const char *name)
{
	for (int proto = 0; proto < WARD_OTHER; proto++)
		if (strcmp(name, proto_names[proto]) == 0)
			return proto;
	return WARD_N_PROTO;
}

const char *ward_direction_str(enum ward_direction direction)
{
	return direction == WARD_INGRESS ? "ingress" : "egress";
}
