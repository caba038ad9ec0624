/* SPDX-License-Identifier: Apache-2.0 */
#include "mail.h"

#include <inttypes.h>
#include <poll.h>
#include <time.h>

enum {
	COMPLAINTS = 5, /* that are printed */
};

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static int place_of(const struct town *town, int six, struct ward_ip ip)
{
	int place = 0;

	while (place < N_PLACES && !ward_ip_eq(town->ip[six][place], ip))
		place++;
	return place;
}

/* ---- reports ---- */

static bool is_expected(const struct ward_flow_event *event, const struct version *version,
			const struct letter *letter, int node)
{
	int through = letter->is_answer ? letter->to : letter->through;
	struct ward_flow_event expected;

	page_judge(&version->node[node], letter, node, home_of(through) == node ? through : BY_WIRE,
		   &expected);
	return event->accept == expected.accept && event->reason == expected.reason &&
	       event->decision[0] == expected.decision[0] &&
	       event->decision[1] == expected.decision[1];
}

static void complain(const struct ward_flow_event *event, const struct version *version,
		     const struct letter *letter, int node)
{
	struct ward_flow_event expected;

	page_judge(&version->node[node], letter, node,
		   home_of(letter->through) == node ? letter->through : BY_WIRE, &expected);
	printf("# node %d, version %" PRIu64 ": place %d -> %d through %d, kind %d, IPv%d: "
	       "%s, reason %d, decisions %u %u; expected %s, reason %d, decisions %u %u\n",
	       node, event->version, letter->from, letter->to, letter->through, letter->kind,
	       letter->six ? 6 : 4, event->accept ? "passed" : "refused", event->reason,
	       event->decision[0], event->decision[1], expected.accept ? "passed" : "refused",
	       expected.reason, expected.decision[0], expected.decision[1]);
}

/* The letter that a report is about; false: it is about none. */
static bool letter_of(const struct post *post, const struct ward_flow_event *event,
		      struct letter *ret_letter)
{
	enum ward_proto proto = ward_proto_of_number(event->protocol);
	struct letter letter = {.six = event->src.family == WARD_FAMILY_6};

	letter.kind = letter_kind_of(proto, event->dport);
	letter.from = letter.through = place_of(post->town, letter.six, event->src);
	letter.to = place_of(post->town, letter.six, event->dst);
	if (letter.kind == N_LETTER_KIND || letter.from == NOWHERE || letter.to == NOWHERE)
		return false;
	if (letter.kind != BY_PING &&
	    !letter_of_port(event->sport, &letter.through, &letter.sender, &letter.number))
		return false;
	*ret_letter = letter;
	return true;
}

/* A commit that has returned holds for whatever is sent from then on. */
static void sent_mark(struct post *post, struct sent *sent, const struct letter *letter,
		      const struct ward_flow_event *event)
{
	uint64_t end = atomic_load(&sent->end_ns);

	if (sent->letter.kind != letter->kind || sent->letter.from != letter->from ||
	    sent->letter.six != letter->six || sent->letter.through != letter->through)
		return;
	post->n_stale += event->version < sent->since;
	atomic_fetch_add(event->accept ? &sent->n_passed : &sent->n_refused, 1);
	if (end && event->time_ns > end)
		atomic_fetch_add(&sent->n_late, 1);
}

/* Neighbours and redirects, of the nodes to each other and to pods. */
static bool is_of_kernels(const struct ward_flow_event *event)
{
	return event->src.family == WARD_FAMILY_6 && event->src.hi >> 54 == 0xfe80 >> 6;
}

static void inspect(void *userdata, const struct ward_flow_event *event)
{
	struct post *post = userdata;
	const struct version *version;
	struct letter letter;
	bool right = false;

	if (!letter_of(post, event, &letter)) {
		post->n_strange += !is_of_kernels(event);
		return;
	}
	version = versions_wait(&post->versions, event->version);
	for (letter.is_answer = false; version; letter.is_answer = true) {
		right = is_expected(event, version, &letter, post->node);
		if (right || letter.is_answer || letter.kind != BY_ECHO)
			break;
	}
	if (!right && post->n_wrong++ < COMPLAINTS && version)
		complain(event, version, &letter, post->node);
	post->n_reports++;
	post->n_passed += event->accept;
	post->n_unready += event->reason == WARD_FLOW_NOT_READY;
	post->n_lies += event->reason == WARD_FLOW_SPOOFED;
	if (event->time_ns > post->last_ns[event->version % KEPT])
		post->last_ns[event->version % KEPT] = event->time_ns;
	if (letter.kind != BY_PING && letter.kind != BY_ECHO)
		sent_mark(post, &post->sender[letter.sender].sent[letter.number], &letter, event);
}

static void *inspector_run(void *userdata)
{
	struct post *post = userdata;
	bool stop;

	do {
		uint64_t begin = now_ns();
		int n = 0;

		stop = atomic_load(&post->stop_reading);
		for (post->node = 0; post->node < N_NODES; post->node++)
			n += ward_datapath_events_poll(post->datapath[post->node], inspect, post);
		atomic_store(&post->read_ns, begin);
		if (!n)
			usleep(100);
	} while (!stop);
	return NULL;
}

/* ---- letters ---- */

/* Can a letter have been passed, and refused, by the versions that it can have met? */
static void fates(struct post *post, const struct sent *sent, int to, bool *ret_pass,
		  bool *ret_refuse)
{
	struct letter letter = sent->letter;
	const int way[N_NODES] = {home_of(letter.through), home_of(to)};
	int n_nodes = way[0] == way[1] ? 1 : 2;

	letter.to = to;
	*ret_pass = true;
	*ret_refuse = false;
	for (int i = 0; i < n_nodes; i++) {
		bool passes = false;

		for (uint64_t v = sent->since; v <= sent->until; v++) {
			const struct version *version = versions_wait(&post->versions, v);
			struct ward_flow_event expected = {};

			if (version)
				page_judge(&version->node[way[i]], &letter, way[i],
					   i ? BY_WIRE : letter.through, &expected);
			passes |= expected.accept;
			*ret_refuse |= !expected.accept;
		}
		*ret_pass &= passes;
	}
}

/* Nobody has refused it, and whoever has not passed it has not seen it: a machine that is given
 * more than it can carry loses packets, and counts them (post_close()). */
static bool is_lost(const struct sent *sent, int to, bool refuse)
{
	uint32_t n_nodes = home_of(sent->letter.through) == home_of(to) ? 1 : 2;

	return !sent->n_refused && (!refuse || sent->n_passed == n_nodes);
}

static void sent_settle(struct sender *sender, struct sent *sent)
{
	int to = sent->arrived != NOWHERE ? sent->arrived : sent->letter.to;
	bool pass = true, refuse = true, arrived = sent->arrived != NOWHERE;

	sent->open = false;
	sender->n_arrived += arrived;
	sender->n_refused += !arrived;
	if (to == NOWHERE) /* the Service's, and refused: only the report knows to whom it was */
		return;
	fates(sender->post, sent, to, &pass, &refuse);
	sender->n_exact += sent->since == sent->until;
	if (!arrived && !sent->n_late && is_lost(sent, to, refuse)) {
		sender->n_lost++;
	} else if ((arrived && (!pass || sent->n_refused)) ||
		   (!arrived && !sent->n_late && !refuse)) {
		if (sender->n_wrong++ < COMPLAINTS)
			printf("# letter %u of %d, place %d -> %d through %d, kind %d, IPv%d: "
			       "%s; reported %u passed, %u refused, %u late; versions %" PRIu64
			       " to %" PRIu64 "\n",
			       sent->letter.number, sender->number, sent->letter.from, to,
			       sent->letter.through, sent->letter.kind, sent->letter.six ? 6 : 4,
			       arrived ? "arrived" : "did not arrive", sent->n_passed,
			       sent->n_refused, sent->n_late, sent->since, sent->until);
	}
}

static void answer(struct sender *sender, const struct letter *letter, int to)
{
	const struct ward_ip *ip = sender->post->town->ip[letter->six];
	struct letter back = *letter;
	struct packet packet;

	back.is_answer = true;
	packet = letter_packet(&back, ip[to], ip[letter->from], letter_kinds[letter->kind].port,
			       letter_port(letter));
	packet_send(sender->out, sender->post->town, to, &packet);
}

/* Takes what has arrived for this sender; true if there was anything. */
static bool take_in(struct sender *sender)
{
	const struct town *town = sender->post->town;
	uint8_t frame[512];
	struct sockaddr_ll at;
	socklen_t at_size = sizeof(at);
	ssize_t size =
		recvfrom(sender->in, frame, sizeof(frame), MSG_DONTWAIT, (void *)&at, &at_size);
	struct note note;
	struct sent *sent;
	int place = 0;

	if (size < 0)
		return false;
	if (!letter_read(frame, (size_t)size, &note) || note.sender != sender->number)
		return true;
	sent = &sender->sent[note.number % SERIALS];
	sender->n_answers += note.is_answer;
	if (note.is_answer || !sent->open || sent->letter.number != note.number)
		return true;
	while (place < N_PLACES && town->far[place] != (uint32_t)at.sll_ifindex)
		place++;
	sent->arrived = place;
	sent->until = atomic_load(&sender->post->begun);
	if (sent->letter.kind == BY_ECHO)
		answer(sender, &sent->letter, place);
	return true;
}

static struct letter letter_random(struct sender *sender)
{
	struct letter letter = {
		.kind = rng_below(&sender->rng, N_LETTER_KIND),
		.sender = sender->number,
		.six = (int)rng_below(&sender->rng, N_FAMILIES),
		.from = (int)rng_below(&sender->rng, N_PLACES),
		.number = (uint32_t)sender->n_sent,
	};

	do
		letter.to = (int)rng_below(&sender->rng, N_PLACES);
	while (letter.to == letter.from);
	if (letter.kind == BY_SERVICE)
		letter.to = NOWHERE;
	letter.through = letter.from;
	if (letter.kind != BY_PING && letter.kind != BY_ECHO && rng_chance(&sender->rng, 5))
		letter.through = (int)rng_below(&sender->rng, N_PLACES);
	return letter;
}

/* All reports about it have been looked at. */
static void sent_wait(struct sender *sender, struct sent *sent)
{
	while (atomic_load(&sender->post->read_ns) <= atomic_load(&sent->end_ns))
		sched_yield();
}

static void *sender_run(void *userdata)
{
	struct sender *sender = userdata;
	struct post *post = sender->post;

	while (!atomic_load(&post->stop)) {
		struct sent *sent = &sender->sent[sender->n_sent % SERIALS];

		if (sent->open) {
			sent_wait(sender, sent);
			sent_settle(sender, sent);
		}
		*sent = (struct sent){.letter = letter_random(sender), .arrived = NOWHERE};
		sent->open = true;
		sent->since = atomic_load(&post->in_force);
		letter_send(sender->out, post->town, &sent->letter);
		while (take_in(sender))
			;
		sent->until = atomic_load(&post->begun);
		atomic_store(&sent->end_ns, now_ns());
		sender->n_sent++;
	}
	return NULL;
}

static void sender_open(struct post *post, int number, uint64_t seed)
{
	struct sender *sender = &post->sender[number];
	int on = 1, room = 1 << 22;

	sender->post = post;
	sender->number = number;
	sender->rng.state = seed + 1000 + (uint64_t)number;
	sender->out = net_socket(post->town->street, AF_PACKET, SOCK_RAW, 0);
	sender->in = net_socket(post->town->street, AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	if (setsockopt(sender->in, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    setsockopt(sender->in, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		net_fail("setsockopt");
	pthread_create(&sender->thread, NULL, sender_run, sender);
}

/* Packets that found no room on their way to a CPU, ever: of the whole machine. */
static uint64_t backlog_dropped(void)
{
	FILE *file = fopen("/proc/net/softnet_stat", "re");
	uint64_t sum = 0;
	unsigned seen, dropped;

	while (file && fscanf(file, "%x %x%*[^\n]", &seen, &dropped) == 2)
		sum += dropped;
	if (file)
		fclose(file);
	return sum;
}

/* That connection tracking of a node dropped: its table is full, or two packets began the same
 * connection at once. */
static uint64_t tracking_dropped(int ns)
{
	int home = net_current();
	uint64_t sum = 0;
	unsigned failed, dropped;
	FILE *file;

	net_enter(ns);
	file = fopen("/proc/thread-self/net/stat/nf_conntrack", "re");
	net_enter(home);
	close(home);
	if (file && fscanf(file, "%*[^\n]") < 0)
		abort();
	while (file && fscanf(file, "%*x %*x %*x %*x %*x %*x %*x %*x %*x %x %x%*[^\n]", &failed,
			      &dropped) == 2)
		sum += failed + dropped;
	if (file)
		fclose(file);
	return sum;
}

/* That found no room at the socket. */
static uint64_t socket_dropped(int fd)
{
	struct tpacket_stats stats = {};
	socklen_t size = sizeof(stats);

	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
	return stats.tp_drops;
}

void post_open(struct post *post, const struct town *town, uint64_t seed)
{
	post->town = town;
	post->n_dropped = -backlog_dropped();
	pthread_create(&post->inspector, NULL, inspector_run, post);
	for (int i = 0; i < N_SENDERS; i++)
		sender_open(post, i, seed);
}

void post_close(struct post *post)
{
	atomic_store(&post->stop, true);
	for (int i = 0; i < N_SENDERS; i++)
		pthread_join(post->sender[i].thread, NULL);
	for (int i = 0; i < N_SENDERS; i++) {
		struct sender *sender = &post->sender[i];

		while (take_in(sender))
			;
		for (int serial = 0; serial < SERIALS; serial++) {
			struct sent *sent = &sender->sent[serial];

			if (!sent->open)
				continue;
			sent_wait(sender, sent);
			sent_settle(sender, sent);
		}
	}
	atomic_store(&post->stop_reading, true);
	pthread_join(post->inspector, NULL);
	post->n_dropped += backlog_dropped();
	for (int node = 0; node < N_NODES; node++)
		post->n_dropped += tracking_dropped(post->town->node[node]);
	for (int i = 0; i < N_SENDERS; i++) {
		post->n_dropped += socket_dropped(post->sender[i].in);
		close(post->sender[i].in);
		close(post->sender[i].out);
	}
}
