/* SPDX-License-Identifier: Apache-2.0 */
/* Every question is a socket of its own, so that each has a port of its own and is a flow of its
 * own to whoever translates addresses.  As many are open at a time as there may be files.
 *
 * Silence is an answer when, as for the prober,
 *	- every one that is awaited has been heard, or 3 s have passed;
 *	- and 300 ms since the last question.
 * The kernel repeats what is lost of connections; datagrams are repeated here. */
#include "lab/asker.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lab/prober.h"
#include "net/netns.h"
#include "net/sockaddr.h"

enum {
	PER_TURN = 256, /* questions begun before the loop looks at the answers */
	TICK_MS = 10,
	QUIET_MS = 300,
	PATIENCE_MS = 3000,
};

/* Milliseconds after the batch was sent. */
static const uint32_t repeats[] = {200, 700, 1500, 2500};

/* To a server it is somebody who speaks first, and a datagram that wants a name. */
static const char question_text[] = "?\n";

struct lab_asker {
	struct lab *lab;
	struct lab_question *questions;
	uint32_t n, begin, sent, end; /* the batch: begin..end, of which begin..sent are out */
	int *fds;		      /* of the batch; -1: answered, or never opened */
	uint32_t n_awaited, n_open;
	uint32_t batch_max, repeat;
	uint64_t sent_ns;
	struct ward_pollset set;
	uv_idle_t sender;
	uv_timer_t timer;
	int n_handles;
	bool is_over;
	lab_asked_fn fn;
	void *userdata;
};

static int *fd_of(struct lab_asker *asker, uint32_t i)
{
	return &asker->fds[i - asker->begin];
}

/* Without the kernel's farewell, which would go on after we know. */
static void question_close(struct lab_asker *asker, uint32_t i)
{
	struct linger abort = {.l_onoff = 1};
	int fd = TAKE_FD(*fd_of(asker, i));

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	close(fd);
	asker->n_open--;
	asker->n_awaited -= asker->questions[i].is_awaited;
}

static const struct lab_pod *pod_named(const struct lab *lab, const char *id)
{
	for (uint32_t i = 0; i < lab->pods.n; i++)
		if (strcmp(lab->pods.items[i]->id, id) == 0)
			return lab->pods.items[i];
	return strcmp(id, lab->outside->id) == 0 ? lab->outside : NULL;
}

/* The name is the last line of what a server says, over HTTP too. */
static void name_take(struct lab_asker *asker, uint32_t i, char *said, size_t len)
{
	struct lab_question *question = &asker->questions[i];
	const char *line;

	while (len && said[len - 1] == '\n')
		len--;
	said[len] = '\0';
	line = strrchr(said, '\n');
	question->answer = LAB_NAME;
	question->who = pod_named(asker->lab, line ? line + 1 : said);
	question_close(asker, i);
}

static void refusal_take(struct lab_asker *asker, uint32_t i, int error)
{
	if (error == ECONNREFUSED || error == ECONNRESET)
		asker->questions[i].answer = LAB_REFUSAL;
	question_close(asker, i);
}

static bool is_connection(const struct lab_question *question)
{
	return question->proto != WARD_UDP;
}

static void question_send(struct lab_asker *asker, uint32_t i)
{
	int fd = *fd_of(asker, i);

	if (send(fd, question_text, strlen(question_text), MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		refusal_take(asker, i, errno);
}

/* Connected: asks, and waits for what is said. */
static void question_put(struct lab_asker *asker, uint32_t i)
{
	int error = 0, fd = *fd_of(asker, i);
	socklen_t len = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error) {
		refusal_take(asker, i, error);
		return;
	}
	ward_pollset_change(&asker->set, fd, EPOLLIN, i);
	question_send(asker, i);
}

static void answer_read(struct lab_asker *asker, uint32_t i)
{
	char said[1024];
	ssize_t n = recv(*fd_of(asker, i), said, sizeof(said) - 1, 0);

	if (n > 0)
		name_take(asker, i, said, n);
	else if (n == 0 || errno != EAGAIN)
		refusal_take(asker, i, n ? errno : 0);
}

static void asker_ready(void *userdata, uint64_t tag, uint32_t events)
{
	struct lab_asker *asker = userdata;
	uint32_t i = (uint32_t)tag;

	if (asker->is_over || i < asker->begin || i >= asker->sent || *fd_of(asker, i) < 0)
		return;
	if (events & EPOLLOUT)
		question_put(asker, i);
	else
		answer_read(asker, i);
}

static void question_begin(struct lab_asker *asker, uint32_t i)
{
	struct lab_question *question = &asker->questions[i];
	bool connects = is_connection(question);
	union ward_sockaddr to;
	socklen_t size = ward_sockaddr_make(question->ip, question->port, &to);
	int fd = ward_netns_socket(question->from->ns, to.any.sa_family,
				   connects ? SOCK_STREAM : SOCK_DGRAM,
				   lab_proto_number(question->proto));

	question->answer = LAB_SILENCE;
	question->who = NULL;
	*fd_of(asker, i) = fd;
	if (fd < 0)
		return;
	asker->n_open++;
	asker->n_awaited += question->is_awaited;
	if (question->outside.family)
		ward_sockaddr_bind_free(fd, question->outside);
	if (connect(fd, &to.any, size) < 0 && errno != EINPROGRESS) {
		refusal_take(asker, i, errno);
		return;
	}
	ward_pollset_add(&asker->set, fd, connects ? EPOLLOUT : EPOLLIN, i);
	if (!connects)
		question_send(asker, i);
}

static void asker_send(uv_idle_t *sender)
{
	struct lab_asker *asker = sender->data;

	for (int i = 0; i < PER_TURN && asker->sent < asker->end; i++)
		question_begin(asker, asker->sent++);
	asker->sent_ns = lab_now_ns();
	if (asker->sent == asker->end)
		uv_idle_stop(sender);
}

static void batch_begin(struct lab_asker *asker)
{
	uint32_t left = asker->n - asker->sent;

	asker->begin = asker->sent;
	asker->end = asker->begin + (left < asker->batch_max ? left : asker->batch_max);
	asker->repeat = 0;
	uv_idle_start(&asker->sender, asker_send);
}

static void batch_end(struct lab_asker *asker)
{
	for (uint32_t i = asker->begin; i < asker->sent; i++)
		question_close(asker, i);
}

static void asker_repeat(struct lab_asker *asker)
{
	for (uint32_t i = asker->begin; i < asker->sent; i++)
		if (*fd_of(asker, i) >= 0 && !is_connection(&asker->questions[i]))
			question_send(asker, i);
}

static void asker_closed(uv_handle_t *handle)
{
	struct lab_asker *asker = handle->type == UV_POLL
					  ? ((struct ward_pollset *)handle->data)->userdata
					  : handle->data;

	if (--asker->n_handles)
		return;
	free(asker->fds);
	free(asker);
}

void lab_asker_cancel(struct lab_asker *asker)
{
	batch_end(asker);
	asker->is_over = true;
	uv_close((uv_handle_t *)&asker->sender, asker_closed);
	uv_close((uv_handle_t *)&asker->timer, asker_closed);
	ward_pollset_done(&asker->set, asker_closed);
}

static bool batch_is_settled(const struct lab_asker *asker, uint32_t waited)
{
	return !asker->n_open || waited >= PATIENCE_MS || (!asker->n_awaited && waited >= QUIET_MS);
}

static void asker_tick(uv_timer_t *timer)
{
	struct lab_asker *asker = timer->data;
	uint32_t waited = (lab_now_ns() - asker->sent_ns) / 1000000;

	if (asker->sent < asker->end)
		return;
	if (!batch_is_settled(asker, waited)) {
		if (asker->repeat < WARD_ARRAY_SIZE(repeats) && waited >= repeats[asker->repeat]) {
			asker->repeat++;
			asker_repeat(asker);
		}
		return;
	}
	if (asker->sent < asker->n) {
		batch_end(asker);
		batch_begin(asker);
		return;
	}
	lab_asker_cancel(asker);
	asker->fn(asker->userdata);
}

struct lab_asker *lab_asker_start(struct lab *lab, struct lab_question *questions, uint32_t n,
				  lab_asked_fn fn, void *userdata)
{
	struct lab_asker *asker = ward_new(struct lab_asker);

	*asker = (struct lab_asker){
		.lab = lab,
		.questions = questions,
		.n = n,
		.batch_max = lab_prober_batch(),
		.fn = fn,
		.userdata = userdata,
		.n_handles = 3,
	};
	if (ward_pollset_init(&asker->set, &lab->loop, asker_ready, asker) < 0) {
		free(asker);
		return NULL;
	}
	asker->fds = ward_new_n(int, asker->batch_max);
	asker->sender.data = asker->timer.data = asker;
	uv_idle_init(&lab->loop, &asker->sender);
	uv_timer_init(&lab->loop, &asker->timer);
	uv_timer_start(&asker->timer, asker_tick, TICK_MS, TICK_MS);
	batch_begin(asker);
	return asker;
}
