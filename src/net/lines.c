/* SPDX-License-Identifier: Apache-2.0 */
#include "net/lines.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/vec.h"

enum {
	PENDING_MAX = 64 << 20, /* a reader that is further behind is dropped */
	CONNECTIONS_MAX = 256,
};

struct ward_lines {
	struct ward_lines_server *server;
	struct ward_lines *next, **link; /* of the server's connections */
	int fd;
	bool asked, finishing;
	bool gone;    /* closed; whose request it was is told when the loop turns */
	int received; /* descriptor that came with the request, or -1 */
	char *in;
	size_t n_in;
	char *out;
	size_t n_out, sent, cap;
};

struct ward_lines_server {
	struct ward_lines_handler handler;
	struct ward_pollset set;
	int fd;
	uint32_t n_connections;
	struct ward_lines *connections; /* alive */
	struct ward_lines *graveyard;	/* gone; told and freed when the loop turns */
	uv_prepare_t turn;
};

static void lines_free(struct ward_lines *lines)
{
	free(lines->in);
	free(lines->out);
	free(lines);
}

/* May happen in the middle of a write, whose caller still works on the request: "gone" waits. */
static void lines_drop(struct ward_lines *lines)
{
	struct ward_lines_server *server = lines->server;

	if (lines->gone)
		return;
	lines->gone = true;
	server->n_connections--;
	close(lines->fd);
	if (lines->received >= 0)
		close(lines->received);
	*lines->link = lines->next;
	if (lines->next)
		lines->next->link = lines->link;
	lines->next = server->graveyard;
	server->graveyard = lines;
}

static void lines_watch(struct ward_lines *lines)
{
	uint32_t events = EPOLLIN | EPOLLRDHUP | (lines->n_out > lines->sent ? EPOLLOUT : 0);

	ward_pollset_change(&lines->server->set, lines->fd, events, (uintptr_t)lines);
}

/* Sends as much as goes.  Drops the connection when the other end is gone. */
static void lines_flush(struct ward_lines *lines)
{
	while (!lines->gone && lines->sent < lines->n_out) {
		ssize_t n = send(lines->fd, lines->out + lines->sent, lines->n_out - lines->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0)
			lines->sent += n;
		else if (errno == EAGAIN)
			break;
		else if (errno != EINTR)
			lines_drop(lines);
	}
	if (lines->gone)
		return;
	if (lines->sent == lines->n_out)
		lines->sent = lines->n_out = 0;
	if (lines->finishing && !lines->n_out)
		lines_drop(lines);
	else
		lines_watch(lines);
}

static void lines_queue(struct ward_lines *lines, const char *bytes, size_t size)
{
	if (!size)
		return;
	if (lines->sent) {
		memmove(lines->out, lines->out + lines->sent, lines->n_out - lines->sent);
		lines->n_out -= lines->sent;
		lines->sent = 0;
	}
	if (lines->n_out + size > lines->cap) {
		lines->cap = (lines->n_out + size) * 2;
		lines->out = ward_realloc(lines->out, lines->cap, 1);
	}
	memcpy(lines->out + lines->n_out, bytes, size);
	lines->n_out += size;
}

/* The first byte goes at once, with the descriptor. */
static bool lines_send_fd(struct ward_lines *lines, const char *bytes, int fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct iovec iov = {.iov_base = (char *)bytes, .iov_len = 1};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	return sendmsg(lines->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

void ward_lines_write(struct ward_lines *lines, const char *bytes, size_t size, int fd)
{
	if (lines->gone || !size)
		return;
	if (fd >= 0) {
		if (lines->n_out || !lines_send_fd(lines, bytes, fd)) {
			lines_drop(lines);
			return;
		}
		bytes++;
		size--;
	}
	if (lines->n_out - lines->sent + size > PENDING_MAX) {
		lines_drop(lines);
		return;
	}
	lines_queue(lines, bytes, size);
	lines_flush(lines);
}

size_t ward_lines_pending(const struct ward_lines *lines)
{
	return lines->n_out - lines->sent;
}

void ward_lines_finish(struct ward_lines *lines)
{
	if (lines->gone)
		return;
	lines->finishing = true;
	lines_flush(lines);
}

bool ward_lines_is_gone(const struct ward_lines *lines)
{
	return lines->gone;
}

static ssize_t lines_receive(struct ward_lines *lines, void *buf, size_t size)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {.iov_base = buf, .iov_len = size};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(lines->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *cmsg = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS) {
		if (lines->received >= 0)
			close(lines->received);
		memcpy(&lines->received, CMSG_DATA(cmsg), sizeof(int));
	}
	return n;
}

static void lines_ask(struct ward_lines *lines, size_t len)
{
	const struct ward_lines_handler *handler = &lines->server->handler;
	_cleanup_close_ int fd = TAKE_FD(lines->received);

	lines->in[len] = '\0';
	lines->asked = true;
	handler->request(handler->userdata, lines, lines->in, len, fd);
}

/* After the request anything further is ignored; only the end of the stream matters. */
static void lines_read(struct ward_lines *lines)
{
	char rest[4096];
	ssize_t n = lines->asked ? lines_receive(lines, rest, sizeof(rest))
				 : lines_receive(lines, lines->in + lines->n_in,
						 WARD_LINE_MAX - lines->n_in);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lines_drop(lines);
		return;
	}
	if (lines->asked)
		return;
	end = memchr(lines->in + lines->n_in, '\n', n);
	lines->n_in += n;
	if (end)
		lines_ask(lines, end - lines->in);
	else if (lines->n_in == WARD_LINE_MAX)
		lines_drop(lines);
}

static void server_accept(struct ward_lines_server *server)
{
	int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ward_lines *lines;

	if (fd < 0)
		return;
	if (server->n_connections == CONNECTIONS_MAX) {
		close(fd);
		return;
	}
	server->n_connections++;
	lines = ward_new(struct ward_lines);
	*lines = (struct ward_lines){.server = server,
				     .fd = fd,
				     .received = -1,
				     .next = server->connections,
				     .link = &server->connections,
				     .in = ward_alloc(WARD_LINE_MAX + 1)};
	if (lines->next)
		lines->next->link = &lines->next;
	server->connections = lines;
	if (ward_pollset_add(&server->set, fd, EPOLLIN | EPOLLRDHUP, (uintptr_t)lines) < 0)
		lines_drop(lines);
}

static void server_ready(void *userdata, uint64_t tag, uint32_t events)
{
	struct ward_lines *lines = (struct ward_lines *)(uintptr_t)tag;

	if (!lines) {
		server_accept(userdata);
		return;
	}
	if (!lines->gone && (events & EPOLLOUT))
		lines_flush(lines);
	if (!lines->gone && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
		lines_read(lines);
}

/* Runs before the loop sleeps.  Events that were fetched together may speak of a connection that
 * one of them ended (see pollset.h), hence not earlier either. */
static void server_turn(uv_prepare_t *turn)
{
	struct ward_lines_server *server = turn->data;

	while (server->graveyard) {
		struct ward_lines *lines = server->graveyard;

		server->graveyard = lines->next;
		if (lines->asked)
			server->handler.gone(server->handler.userdata, lines);
		lines_free(lines);
	}
}

int ward_lines_serve(uv_loop_t *loop, int fd, const struct ward_lines_handler *handler,
		     struct ward_lines_server **ret_server)
{
	struct ward_lines_server *server = ward_new(struct ward_lines_server);
	int r;

	*server = (struct ward_lines_server){.handler = *handler, .fd = fd};
	r = ward_pollset_init(&server->set, loop, server_ready, server);
	if (r == 0)
		r = ward_pollset_add(&server->set, fd, EPOLLIN, 0);
	if (r < 0) {
		free(server);
		return r;
	}
	server->turn.data = server;
	uv_prepare_init(loop, &server->turn);
	uv_prepare_start(&server->turn, server_turn);
	*ret_server = server;
	return 0;
}

static void server_free(uv_handle_t *handle)
{
	struct ward_pollset *set = handle->data;

	free(set->userdata);
}

void ward_lines_stop(struct ward_lines_server *server)
{
	while (server->connections)
		lines_drop(server->connections);
	server_turn(&server->turn);
	uv_prepare_stop(&server->turn);
	uv_close((uv_handle_t *)&server->turn, NULL);
	close(server->fd);
	ward_pollset_done(&server->set, server_free);
}
