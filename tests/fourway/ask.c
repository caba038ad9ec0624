/* SPDX-License-Identifier: Apache-2.0 */
/* A question is asked by one packet; what has no ports by two, an echo request and a protocol that
 * nobody knows.  Each is a flow of its own: no other has its source port or echo number, and no
 * other of its ends its protocol. */
#include "fourway/ask.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>

#include "conformance/images.h"
#include "oracle/judges.h"

enum {
	FIRST_PORT = 20000,
	LAST_PORT = 60000,
	FIRST_UNKNOWN_PROTOCOL = 150, /* 146 to 252 are nobody's */
	UNKNOWN_PROTOCOLS = 100,
};

struct asker {
	struct fabric fabric;
	struct seats seats;
	struct burst burst;
	struct ask_tally *tally;
	/* the world in force */
	const struct world *world;
	const struct question *questions;
	struct images *images;
	void *judges[JUDGES_MAX];
	uint16_t sport; /* the last that was used */
};

static bool is_asked_for(const struct question *questions, uint32_t n, uint16_t port)
{
	for (uint32_t i = 0; i < n; i++) {
		if (questions[i].conn.port == port)
			return true;
	}
	return false;
}

static bool is_between(const struct conn *conn, struct ward_ip a, struct ward_ip b)
{
	return ward_ip_eq(conn->from.ip, a) && ward_ip_eq(conn->to.ip, b);
}

/* Another for each question about the same two ends, in either direction. */
static uint8_t unknown_protocol(const struct asker *asker, const struct question *question)
{
	const struct conn *conn = &question->conn;
	uint32_t n = 0;

	for (const struct question *before = asker->questions; before < question; before++)
		n += before->conn.proto == WARD_OTHER &&
		     (is_between(&before->conn, conn->from.ip, conn->to.ip) ||
		      is_between(&before->conn, conn->to.ip, conn->from.ip));
	if (n >= UNKNOWN_PROTOCOLS)
		fabric_check(-E2BIG, "more questions about two ends than unknown protocols");
	return FIRST_UNKNOWN_PROTOCOL + n;
}

static void shot_add(struct asker *asker, const struct conn *conn, uint8_t protocol)
{
	burst_add(&asker->burst, &asker->seats, conn, protocol, asker->sport);
}

static void shots_add(struct asker *asker, const struct question *question)
{
	static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP};
	const struct conn *conn = &question->conn;

	if (conn->proto != WARD_OTHER) {
		shot_add(asker, conn, protocols[conn->proto]);
		return;
	}
	shot_add(asker, conn,
		 conn->from.ip.family == WARD_FAMILY_6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	shot_add(asker, conn, unknown_protocol(asker, question));
}

static bool others_agree(struct asker *asker, const struct conn *conn, bool allow)
{
	struct judgement got = {};
	bool agrees = true, accept;

	for (uint32_t j = 0; agrees && judges[j]; j++) {
		judges[j]->judge(asker->judges[j], conn, &got);
		agrees = judgement_check(asker->world, conn, judges[j]->name, &got);
	}
	if (!agrees || !images_judge(asker->images, conn, &accept))
		return agrees;
	asker->tally->n_of_images++;
	if (accept == allow)
		return true;
	conn_print(asker->world, conn, stdout);
	printf("# image: %s\n", accept ? "allow" : "deny");
	return false;
}

static bool question_ask(struct asker *asker, const struct question *question)
{
	enum unasked why =
		unasked_why(&asker->seats, asker->world, &question->conn, question->allow);

	asker->tally->n_questions++;
	asker->tally->n_unasked[why]++;
	if (why != ASKED && why != UNASKED_UNROUTED)
		return true;
	if (!others_agree(asker, &question->conn, question->allow))
		return false;
	if (why == ASKED)
		shots_add(asker, question);
	return asker->burst.n_shots + 2 <= BURST_SHOTS || burst_send(&asker->burst);
}

static void world_enter(struct asker *asker, const struct world *world)
{
	asker->world = world;
	asker->images = images_new(world);
	for (uint32_t j = 0; judges[j]; j++)
		asker->judges[j] = judges[j]->open(world);
	asker->burst.world = world;
	asker->burst.engine = engine_judge.open(world);
	asker->sport = FIRST_PORT;
}

static void world_leave(struct asker *asker)
{
	for (uint32_t j = 0; judges[j]; j++)
		judges[j]->close(asker->judges[j]);
	engine_judge.close(asker->burst.engine);
	asker->images = images_free(asker->images);
	asker->world = NULL;
	asker->burst.n_shots = 0;
}

bool ask(struct asker *asker, const struct world *world, bool goes_on,
	 const struct question *questions, uint32_t n)
{
	struct question *list = ward_new_n(struct question, n ? n : 1);
	struct dressed dressed;
	bool agrees = true;

	asker->questions = list;
	if (n > LAST_PORT - FIRST_PORT)
		fabric_check(-E2BIG, "more questions about one world than there are ports");
	dressed_init(&dressed, world);
	fabric_check(seats_take(&asker->seats, &dressed, goes_on), "an agent's commit");
	world_enter(asker, &dressed.world);
	for (uint32_t i = 0; agrees && i < n; i++) {
		list[i].allow = questions[i].allow;
		dressed_conn(&dressed, &questions[i].conn, &list[i].conn);
		do
			asker->sport++;
		while (is_asked_for(questions, n, asker->sport));
		agrees = question_ask(asker, &list[i]);
	}
	agrees = agrees && burst_send(&asker->burst);
	asker->tally->n_wrong += !agrees;
	world_leave(asker);
	dressed_done(&dressed);
	free(list);
	return agrees;
}

struct asker *asker_new(struct ward_symbols *symbols, struct ask_tally *tally)
{
	struct asker *asker = ward_new(struct asker);

	asker->tally = tally;
	asker->seats.fabric = &asker->fabric;
	fabric_open(&asker->fabric, symbols);
	asker->fabric.on_flow = burst_flow;
	asker->fabric.userdata = &asker->burst;
	asker->burst.fabric = &asker->fabric;
	asker->burst.tally = &tally->packets;
	return asker;
}

struct asker *asker_free(struct asker *asker)
{
	seats_done(&asker->seats);
	fabric_close(&asker->fabric);
	free(asker);
	return NULL;
}

void ask_tally_print(const struct ask_tally *tally, FILE *out)
{
	uint64_t n_unasked = tally->n_questions - tally->n_unasked[ASKED];

	fprintf(out,
		"%" PRIu64 " questions, %" PRIu64 " also to images, as %" PRIu64
		" packets: %" PRIu64 " arrived, %" PRIu64 " answered, %" PRIu64
		" explained by the kernel, %" PRIu64 " wrong; %" PRIu64 " not by packets:",
		tally->n_questions, tally->n_of_images, tally->packets.n_packets,
		tally->packets.n_arrived, tally->packets.n_answered, tally->packets.n_explained,
		tally->n_wrong, n_unasked);
	for (enum unasked why = ASKED + 1; why < N_UNASKED; why++)
		fprintf(out, "%s %s %" PRIu64, why > ASKED + 1 ? "," : "", unasked_str(why),
			tally->n_unasked[why]);
	fprintf(out, "\n");
}
