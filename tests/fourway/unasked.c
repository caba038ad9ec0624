/* SPDX-License-Identifier: Apache-2.0 */
#include "fourway/unasked.h"

#include <assert.h>

const char *unasked_str(enum unasked why)
{
	static const char *const names[] = {
		[ASKED] = "asked",
		[UNASKED_ADDRESS] = "no address",
		[UNASKED_CHANGED] = "by labels alone",
		[UNASKED_ANOTHERS] = "another's address",
		[UNASKED_UNROUTED] = "not routed",
		[UNASKED_SELF] = "to itself",
		[UNASKED_HAIRPIN] = "other hairpins",
		[UNASKED_OUTSIDE] = "outside",
	};
	static_assert(WARD_ARRAY_SIZE(names) == N_UNASKED, "one name each");

	return names[why];
}

static bool is_routed(struct ward_ip ip)
{
	if (ip.family == WARD_FAMILY_4)
		return ip.lo >> 24 != 0 && ip.lo >> 24 != 127 && ip.lo >> 28 != 0xe &&
		       ip.lo != UINT32_MAX;
	return (ip.hi || ip.lo >> 33) && ip.hi >> 54 != 0xfe80 >> 6 && ip.hi >> 56 != 0xff;
}

/* Is the end of the connection who has its address? */
static bool is_at(const struct world *world, const struct conn_end *end, struct fabric_place place)
{
	if (end->pod && end->pod->host_network)
		return place.node && place.port == FABRIC_HOST &&
		       place.node->name == end->pod->node;
	return !end->pod || oracle_pod_of(world, end->ip) == end->pod;
}

static bool is_self(const struct world *world, const struct conn *conn)
{
	const struct ward_pod *from = oracle_pod_of(world, conn->from.ip);

	return from && from == oracle_pod_of(world, conn->to.ip);
}

enum unasked unasked_why(const struct seats *seats, const struct world *world,
			 const struct conn *conn, bool allow)
{
	struct fabric_place from = seats_find(seats, conn->from.ip);
	struct fabric_place to = seats_find(seats, conn->to.ip);
	struct judgement judgement;

	if (!conn->from.ip.family || conn->from.ip.family != conn->to.ip.family)
		return UNASKED_ADDRESS;
	if (!is_at(world, &conn->from, from) || !is_at(world, &conn->to, to))
		return UNASKED_ANOTHERS;
	if (is_self(world, conn) && !conn->via_service)
		return UNASKED_SELF;
	if (is_self(world, conn) && conn->hairpin != HAIRPIN_SPEC)
		return UNASKED_HAIRPIN;
	oracle_judge(world, conn, &judgement);
	if (judgement.accept != allow)
		return UNASKED_CHANGED;
	if (!is_routed(conn->from.ip) || !is_routed(conn->to.ip))
		return UNASKED_UNROUTED;
	return from.node || to.node ? ASKED : UNASKED_OUTSIDE;
}
