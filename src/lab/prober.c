/* SPDX-License-Identifier: Apache-2.0 */
/* The prober works in batches, as many attempts as there may be open files.  Everything of a batch
 * is in the air at the same time:
 *
 *	TCP, SCTP	a socket an attempt, connecting; the kernel repeats what is lost
 *	UDP, ICMP	one socket a source, family and batch; datagrams carry the number of the
 *			attempt, and are repeated at set times while the answer is missing
 *
 * When is silence an answer?  No attempt of a batch is given up before
 *	- every one that should be answered was, or 3 s have passed: so a loaded machine delays the
 *	  result and does not falsify it;
 *	- and 300 ms after the last packet was sent.
 * A closed port is therefore believed to be closed only after all open ones of its batch answered:
 * one that is open by mistake had as much time. */
#include "lab/prober.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/netns.h"
#include "net/sockaddr.h"

enum {
	BATCH_MAX = 16384,
	FILES_KEPT = 256, /* for everything else */
	PER_TURN = 256,	  /* attempts begun before the loop looks at the answers */
	TICK_MS = 10,
	QUIET_MS = 300,
	QUIET_UNKNOWN_MS = 600, /* nobody says what to wait for */
	PATIENCE_MS = 3000,
	RECEIVE_BUFFER = 8 << 20,
};

/* Milliseconds after the batch was sent. */
static const uint32_t repeats[] = {200, 700, 1500, 2500};

/* The datagram sockets of a pod, or of an address of the world, that is a source in this batch. */
struct source {
	const struct lab_pod *pod;
	struct ward_ip outside; /* no family: a pod */
	int udp[LAB_FAMILIES], icmp[LAB_FAMILIES];
};

struct lab_prober {
	struct lab *lab;
	struct lab_attempt *attempts;
	uint32_t n, begin, sent, end; /* the batch: begin..end, of which begin..sent are out */
	int *fds;		      /* of the batch's connections; -1: none (any more) */
	uint32_t n_waited;	      /* of the batch: expected to answer, and did not yet */
	uint32_t n_missing;	      /* of the batch: no answer yet */
	WARD_VEC(struct source) sources;
	uint32_t batch_max, repeat;
	uint16_t key; /* tells our datagrams from those of another batch */
	uint64_t sent_ns, answered_ns;
	struct ward_pollset set;
	uv_idle_t sender;
	uv_timer_t timer;
	int n_handles;
	bool has_unknown, is_over;
	lab_probed_fn fn;
	void *userdata;
};

/* What a datagram carries. */
struct ticket {
	uint32_t attempt;
	uint16_t key;
	uint16_t check; /* of the port: an echo from another port is no answer */
};

enum tag_kind {
	TAG_CONNECTION, /* the low half is the attempt */
	TAG_UDP,	/* the low half is the source and the family */
	TAG_ICMP,
};

static uint64_t tag_of(enum tag_kind kind, uint32_t i)
{
	return (uint64_t)kind << 32 | i;
}

static void answer(struct lab_prober *prober, uint32_t i)
{
	struct lab_attempt *attempt = &prober->attempts[i];

	if (attempt->answered)
		return;
	attempt->answered = true;
	prober->answered_ns = lab_now_ns();
	prober->n_missing--;
	if (attempt->expected == LAB_OPEN)
		prober->n_waited--;
}

/* Where an attempt goes to. */
static socklen_t address_of(const struct lab_attempt *attempt, union ward_sockaddr *ret_address)
{
	struct ward_ip ip = lab_attempt_is_to_outside(attempt) ? attempt->outside
							       : attempt->to->ip[attempt->family];

	return ward_sockaddr_make(ip, attempt->proto == WARD_OTHER ? 0 : attempt->port,
				  ret_address);
}

/* The world's address that an attempt comes from; no family when it comes from a pod. */
static struct ward_ip outside_source(const struct lab_attempt *attempt)
{
	return lab_attempt_is_from_outside(attempt) ? attempt->outside : (struct ward_ip){};
}

/* No interface has the world's addresses. */
static void source_bind(int fd, struct ward_ip outside)
{
	if (outside.family)
		ward_sockaddr_bind_free(fd, outside);
}

static int socket_family(uint32_t family)
{
	return family ? AF_INET6 : AF_INET;
}

static void connection_close(struct lab_prober *prober, uint32_t i)
{
	struct linger abort = {.l_onoff = 1};
	int *fd = &prober->fds[i - prober->begin];

	if (*fd < 0)
		return;
	setsockopt(*fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	close(TAKE_FD(*fd));
}

/* Connected, or refused: either way the packet went there and one came back. */
static void connection_check(struct lab_prober *prober, uint32_t i, int error)
{
	if (error == EINPROGRESS)
		return;
	if (error == 0 || error == ECONNREFUSED)
		answer(prober, i);
	connection_close(prober, i);
}

static void connection_begin(struct lab_prober *prober, uint32_t i)
{
	const struct lab_attempt *attempt = &prober->attempts[i];
	union ward_sockaddr to;
	socklen_t size = address_of(attempt, &to);
	int fd = ward_netns_socket(attempt->from->ns, socket_family(attempt->family), SOCK_STREAM,
				   lab_proto_number(attempt->proto));

	prober->fds[i - prober->begin] = fd;
	if (fd < 0)
		return;
	source_bind(fd, outside_source(attempt));
	if (connect(fd, &to.any, size) == 0)
		errno = 0;
	if (errno == EINPROGRESS)
		ward_pollset_add(&prober->set, fd, EPOLLOUT, tag_of(TAG_CONNECTION, i));
	connection_check(prober, i, errno);
}

static uint16_t checksum(const void *bytes, size_t size)
{
	const uint16_t *words = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < size / 2; i++)
		sum += words[i];
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

struct echo {
	struct icmphdr header;
	struct ticket ticket;
};

/* Echo replies and nothing else. */
static void echo_filter(int fd, uint32_t family)
{
	struct icmp_filter filter = {.data = ~(1U << ICMP_ECHOREPLY)};
	struct icmp6_filter filter6;

	ICMP6_FILTER_SETBLOCKALL(&filter6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter6);
	if (family)
		setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter6, sizeof(filter6));
	else
		setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
}

static int source_open(struct lab_prober *prober, const struct source *source, uint32_t family,
		       bool icmp)
{
	int echo = family ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	int fd = ward_netns_socket(source->pod->ns, socket_family(family),
				   icmp ? SOCK_RAW : SOCK_DGRAM, icmp ? echo : IPPROTO_UDP);
	int room = RECEIVE_BUFFER;

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (icmp)
		echo_filter(fd, family);
	source_bind(fd, source->outside);
	ward_pollset_add(&prober->set, fd, EPOLLIN,
			 tag_of(icmp ? TAG_ICMP : TAG_UDP,
				(prober->sources.n - 1) * LAB_FAMILIES + family));
	return fd;
}

/* Attempts come ordered by source: the one wanted is the last, or new; for repetitions it is
 * searched from the end. */
static struct source *source_of(struct lab_prober *prober, const struct lab_attempt *attempt)
{
	struct source *source, fresh = {.pod = attempt->from,
					.outside = outside_source(attempt),
					.udp = {-1, -1},
					.icmp = {-1, -1}};

	for (uint32_t i = prober->sources.n; i > 0; i--) {
		source = &prober->sources.items[i - 1];
		if (source->pod == fresh.pod && ward_ip_eq(source->outside, fresh.outside))
			return source;
	}
	ward_vec_push(&prober->sources, fresh);
	source = &prober->sources.items[prober->sources.n - 1];
	for (uint32_t f = 0; f < prober->lab->n_families; f++) {
		if (source->outside.family && f != attempt->family)
			continue;
		source->udp[f] = source_open(prober, source, f, false);
		source->icmp[f] = source_open(prober, source, f, true);
	}
	return source;
}

static void datagram_send(struct lab_prober *prober, uint32_t i)
{
	const struct lab_attempt *attempt = &prober->attempts[i];
	const struct source *source = source_of(prober, attempt);
	union ward_sockaddr to;
	socklen_t size = address_of(attempt, &to);
	struct echo echo = {
		.header = {.type = attempt->family ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
			   .un.echo.id = prober->key},
		.ticket = {.attempt = i, .key = prober->key, .check = to.in.sin_port},
	};

	if (attempt->proto == WARD_UDP) {
		sendto(source->udp[attempt->family], &echo.ticket, sizeof(echo.ticket),
		       MSG_NOSIGNAL, &to.any, size);
		return;
	}
	echo.header.checksum = checksum(&echo, sizeof(echo)); /* ICMPv6 is summed by the kernel */
	sendto(source->icmp[attempt->family], &echo, sizeof(echo), MSG_NOSIGNAL, &to.any, size);
}

static bool is_connection(const struct lab_attempt *attempt)
{
	return attempt->proto == WARD_TCP || attempt->proto == WARD_SCTP;
}

static void attempt_begin(struct lab_prober *prober, uint32_t i)
{
	struct lab_attempt *attempt = &prober->attempts[i];

	prober->n_missing++;
	prober->n_waited += attempt->expected == LAB_OPEN;
	prober->has_unknown |= attempt->expected == LAB_UNKNOWN;
	prober->fds[i - prober->begin] = -1;
	if (is_connection(attempt))
		connection_begin(prober, i);
	else
		datagram_send(prober, i);
}

/* The answer must come from whom the question went to. */
static void ticket_take(struct lab_prober *prober, const struct source *source,
			const struct ticket *ticket, const union ward_sockaddr *from)
{
	const struct lab_attempt *attempt = &prober->attempts[ticket->attempt];
	bool is_same;
	union ward_sockaddr to;

	if (ticket->key != prober->key || ticket->attempt < prober->begin ||
	    ticket->attempt >= prober->sent || attempt->from != source->pod ||
	    !ward_ip_eq(outside_source(attempt), source->outside))
		return;
	address_of(attempt, &to);
	is_same = from->any.sa_family == to.any.sa_family &&
		  (attempt->family ? IN6_ARE_ADDR_EQUAL(&from->in6.sin6_addr, &to.in6.sin6_addr)
				   : from->in.sin_addr.s_addr == to.in.sin_addr.s_addr);
	if (is_same && ticket->check == to.in.sin_port)
		answer(prober, ticket->attempt);
}

static void datagrams_read(struct lab_prober *prober, uint32_t i, bool icmp)
{
	const struct source *source = &prober->sources.items[i / LAB_FAMILIES];
	uint32_t family = i % LAB_FAMILIES;

	for (;;) {
		union ward_sockaddr from;
		socklen_t len = sizeof(from);
		char buf[128];
		struct ticket ticket;
		ssize_t n = recvfrom(icmp ? source->icmp[family] : source->udp[family], buf,
				     sizeof(buf), 0, &from.any, &len);
		size_t skip = icmp ? sizeof(struct icmphdr) : 0;

		if (icmp && !family && n > 0) /* of IPv4 the header comes too */
			skip += (buf[0] & 15) * 4;

		if (n < 0)
			return;
		if (n < skip + sizeof(ticket))
			continue;
		memcpy(&ticket, buf + skip, sizeof(ticket));
		ticket_take(prober, source, &ticket, &from);
	}
}

static void prober_ready(void *userdata, uint64_t tag, uint32_t events)
{
	struct lab_prober *prober = userdata;
	uint32_t i = (uint32_t)tag;
	int error = 0;
	socklen_t len = sizeof(error);

	if (prober->is_over)
		return;
	if (tag >> 32 != TAG_CONNECTION) {
		if (i / LAB_FAMILIES < prober->sources.n)
			datagrams_read(prober, i, tag >> 32 == TAG_ICMP);
		return;
	}
	if (i < prober->begin || i >= prober->sent || prober->fds[i - prober->begin] < 0)
		return;
	getsockopt(prober->fds[i - prober->begin], SOL_SOCKET, SO_ERROR, &error, &len);
	connection_check(prober, i, error);
}

static void prober_send(uv_idle_t *sender);

static void batch_begin(struct lab_prober *prober)
{
	uint32_t left = prober->n - prober->sent;

	prober->begin = prober->sent;
	prober->end = prober->begin + (left < prober->batch_max ? left : prober->batch_max);
	prober->n_waited = prober->n_missing = prober->repeat = 0;
	prober->key++;
	uv_idle_start(&prober->sender, prober_send);
}

static void batch_end(struct lab_prober *prober)
{
	for (uint32_t i = prober->begin; i < prober->sent; i++)
		connection_close(prober, i);
	for (uint32_t i = 0; i < prober->sources.n; i++) {
		for (uint32_t f = 0; f < LAB_FAMILIES; f++) {
			ward_cleanup_close(&prober->sources.items[i].udp[f]);
			ward_cleanup_close(&prober->sources.items[i].icmp[f]);
		}
	}
	ward_vec_clear(&prober->sources);
}

static void prober_send(uv_idle_t *sender)
{
	struct lab_prober *prober = sender->data;

	for (int i = 0; i < PER_TURN && prober->sent < prober->end; i++)
		attempt_begin(prober, prober->sent++);
	prober->sent_ns = lab_now_ns();
	if (prober->sent == prober->end)
		uv_idle_stop(sender);
}

static void prober_repeat(struct lab_prober *prober)
{
	for (uint32_t i = prober->begin; i < prober->sent; i++) {
		const struct lab_attempt *attempt = &prober->attempts[i];

		if (!attempt->answered && attempt->expected != LAB_CLOSED &&
		    !is_connection(attempt))
			datagram_send(prober, i);
	}
}

static void prober_closed(uv_handle_t *handle)
{
	struct lab_prober *prober = handle->type == UV_POLL
					    ? ((struct ward_pollset *)handle->data)->userdata
					    : handle->data;

	if (--prober->n_handles)
		return;
	ward_vec_done(&prober->sources);
	free(prober->fds);
	free(prober);
}

void lab_prober_cancel(struct lab_prober *prober)
{
	batch_end(prober);
	prober->is_over = true;
	uv_close((uv_handle_t *)&prober->sender, prober_closed);
	uv_close((uv_handle_t *)&prober->timer, prober_closed);
	ward_pollset_done(&prober->set, prober_closed);
}

static uint32_t ms_since(uint64_t then_ns, uint64_t now_ns)
{
	return now_ns > then_ns ? (now_ns - then_ns) / 1000000 : 0;
}

static bool batch_is_settled(const struct lab_prober *prober, uint64_t now_ns)
{
	uint32_t waited = ms_since(prober->sent_ns, now_ns);

	if (!prober->n_missing || waited >= PATIENCE_MS)
		return true;
	if (prober->n_waited || waited < QUIET_MS)
		return false;
	return !prober->has_unknown || (waited >= QUIET_UNKNOWN_MS &&
					ms_since(prober->answered_ns, now_ns) >= QUIET_UNKNOWN_MS);
}

static void prober_tick(uv_timer_t *timer)
{
	struct lab_prober *prober = timer->data;
	uint64_t now_ns = lab_now_ns();

	if (prober->sent < prober->end)
		return;
	if (!batch_is_settled(prober, now_ns)) {
		if (prober->repeat < WARD_ARRAY_SIZE(repeats) &&
		    ms_since(prober->sent_ns, now_ns) >= repeats[prober->repeat]) {
			prober->repeat++;
			prober_repeat(prober);
		}
		return;
	}
	if (prober->sent < prober->n) {
		batch_end(prober);
		batch_begin(prober);
		return;
	}
	lab_prober_cancel(prober);
	prober->fn(prober->userdata);
}

uint32_t lab_prober_batch(void)
{
	struct rlimit files = {};
	uint32_t n;

	getrlimit(RLIMIT_NOFILE, &files);
	n = files.rlim_cur > 4 * FILES_KEPT ? files.rlim_cur / 2 : FILES_KEPT;
	return n < BATCH_MAX ? n : BATCH_MAX;
}

struct lab_prober *lab_prober_start(struct lab *lab, struct lab_attempt *attempts, uint32_t n,
				    lab_probed_fn fn, void *userdata)
{
	struct lab_prober *prober = ward_new(struct lab_prober);

	*prober = (struct lab_prober){
		.lab = lab,
		.attempts = attempts,
		.n = n,
		.batch_max = lab_prober_batch(),
		.key = (uint16_t)lab_now_ns(),
		.fn = fn,
		.userdata = userdata,
		.n_handles = 3,
	};
	if (ward_pollset_init(&prober->set, &lab->loop, prober_ready, prober) < 0) {
		free(prober);
		return NULL;
	}
	prober->fds = ward_new_n(int, prober->batch_max);
	prober->sender.data = prober->timer.data = prober;
	uv_idle_init(&lab->loop, &prober->sender);
	uv_timer_init(&lab->loop, &prober->timer);
	uv_timer_start(&prober->timer, prober_tick, TICK_MS, TICK_MS);
	batch_begin(prober);
	return prober;
}
