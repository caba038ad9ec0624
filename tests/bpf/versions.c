/* SPDX-License-Identifier: Apache-2.0 */
#include "versions.h"

#include <sched.h>

/* Everything that is said of addresses, resolved once. */
static void ends_resolve(const struct town *town, const struct ward_engine *engine, int six,
			 struct ward_end ends[N_PLACES])
{
	for (int place = 0; place < N_PLACES; place++)
		ward_engine_resolve(engine, town->ip[six][place], &ends[place]);
}

static struct seen seen_of(const struct ward_engine *engine, ward_sym node, int place,
			   const struct ward_end *end, const struct wiring *wiring)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	struct seen seen = {.who = SEEN_AWAY, .wired = NOWHERE};
	const struct ward_endpoint *pod;

	seen.identity = tables->shape_identity[end->shape];
	if (end->kind == WARD_END_POD) {
		pod = &tables->endpoints[end->endpoint];
		if (pod->node == node) {
			seen.who = SEEN_HERE;
			seen.wired =
				wiring->place_of(wiring->self, pod->object.ns, pod->object.name);
		}
	} else if (place < N_PODS) {
		seen.who = SEEN_NOBODY;
	}
	return seen;
}

static void said_fill(struct page *page, const struct ward_engine *engine, int six, int from,
		      int to, const struct ward_end ends[N_PLACES])
{
	static const struct ward_via by_the_node = {.service = true};

	for (int kind = 0; kind < N_LETTER_KIND; kind++) {
		struct verdict_seen *said = &page->said[six][from][to][kind];
		struct ward_verdict verdict;

		ward_engine_judge_via(engine, &ends[from], &ends[to], letter_kinds[kind].proto,
				      letter_kinds[kind].port, &by_the_node, &verdict);
		said->accept = verdict.accept;
		for (int dir = 0; dir < WARD_N_DIRECTION; dir++) {
			const struct ward_side *side = &verdict.side[dir];

			said->decision[dir] =
				side->judged && !side->node_exempt ? side->decision : WARD_NONE;
		}
	}
}

void page_fill(struct page *page, const struct town *town, int node, ward_sym name,
	       const struct ward_engine *engine, const struct wiring *wiring)
{
	for (int six = 0; six < N_FAMILIES; six++) {
		struct ward_end ends[N_PLACES];

		ends_resolve(town, engine, six, ends);
		for (int from = 0; from < N_PLACES; from++) {
			page->seen[six][from] = seen_of(engine, name, from, &ends[from], wiring);
			for (int to = 0; to < N_PLACES; to++)
				said_fill(page, engine, six, from, to, ends);
		}
	}
}

/* What the oracle says of the sides that are this node's own. */
static bool oracle_accepts(const struct page *page, const struct world *world,
			   const struct letter *letter, const struct conn *conn)
{
	const struct seen *seen = page->seen[letter->six];
	struct judgement judgement;

	oracle_judge(world, conn, &judgement);
	return !(seen[letter->from].who == SEEN_HERE && denies(judgement.side[WARD_EGRESS].by)) &&
	       !(seen[letter->to].who == SEEN_HERE && denies(judgement.side[WARD_INGRESS].by));
}

bool page_agrees(const struct page *page, const struct town *town, const struct world *world,
		 struct rng *rng, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct letter letter = {
			.kind = rng_below(rng, N_LETTER_KIND),
			.six = (int)rng_below(rng, N_FAMILIES),
			.from = (int)rng_below(rng, N_PLACES),
			.to = (int)rng_below(rng, N_PLACES),
		};
		const struct ward_ip *ip = town->ip[letter.six];
		const struct conn conn = {
			.from.ip = ip[letter.from],
			.to.ip = ip[letter.to],
			.proto = letter_kinds[letter.kind].proto,
			.port = letter_kinds[letter.kind].port,
			.via_service = true,
		};
		const struct seen *seen = &page->seen[letter.six][letter.to];

		if (page->said[letter.six][letter.from][letter.to][letter.kind].accept ==
			    oracle_accepts(page, world, &letter, &conn) &&
		    (seen->who != SEEN_NOBODY || !oracle_pod_of(world, conn.to.ip)))
			continue;
		world_print(world, stdout);
		printf("# the engine and the oracle differ: ");
		conn_print(world, &conn, stdout);
		return false;
	}
	return true;
}

const struct version *versions_wait(struct versions *versions, uint64_t number)
{
	struct version *version = &versions->version[number % KEPT];
	uint64_t is;

	while ((is = atomic_load_explicit(&version->number, memory_order_acquire)) < number)
		sched_yield();
	return is == number ? version : NULL;
}

/* A packet is true to its source if it comes from behind its pod's veth, or, from others, by a way
 * that leads out of the node. */
static bool source_is_true(const struct seen *source, int node, int through)
{
	if (source->who == SEEN_HERE)
		return through == source->wired && home_of(through) == node;
	return through == BY_WIRE || through == WORLD;
}

void page_judge(const struct page *page, const struct letter *letter, int node, int through,
		struct ward_flow_event *ret_expected)
{
	const struct seen *seen = page->seen[letter->six];
	const struct seen *source = &seen[letter->is_answer ? letter->to : letter->from];
	const struct verdict_seen *said =
		&page->said[letter->six][letter->from][letter->to][letter->kind];

	*ret_expected = (struct ward_flow_event){.decision = {WARD_NONE, WARD_NONE}};
	if (seen[letter->from].who == SEEN_NOBODY || seen[letter->to].who == SEEN_NOBODY) {
		ret_expected->reason = WARD_FLOW_NOT_READY;
	} else if (!source_is_true(source, node, through)) {
		ret_expected->reason = WARD_FLOW_SPOOFED;
	} else {
		ret_expected->reason = WARD_FLOW_RULES;
		ret_expected->accept = said->accept;
		memcpy(ret_expected->decision, said->decision, sizeof(said->decision));
	}
}
