/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/lines.h"

/* A server whose answer to a line is the line, and the descriptor it came with. */
struct world {
	uv_loop_t loop;
	struct ward_lines_server *server;
	int client;
	int n_requests, n_gone;
	bool keeps; /* does not finish */
	struct ward_lines *last;
};

static void request_take(void *userdata, struct ward_lines *lines, const char *line, size_t len,
			 int fd)
{
	struct world *world = userdata;

	world->n_requests++;
	world->last = lines;
	assert_int_equal(strlen(line), len);
	ward_lines_write(lines, "=", 1, fd);
	ward_lines_write(lines, line, len, -1);
	ward_lines_write(lines, "\n", 1, -1);
	if (!world->keeps)
		ward_lines_finish(lines);
}

static void request_gone(void *userdata, struct ward_lines *lines)
{
	struct world *world = userdata;

	world->n_gone++;
	assert_true(ward_lines_is_gone(lines));
}

static int setup(void **state)
{
	struct world *world = ward_new(struct world);
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(sa_family_t); /* the kernel makes up a name */
	struct ward_lines_handler handler = {request_take, request_gone, world};
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_int_equal(uv_loop_init(&world->loop), 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&name, len), 0);
	len = sizeof(name);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&name, &len), 0);
	assert_int_equal(listen(listening, 8), 0);
	assert_int_equal(ward_lines_serve(&world->loop, listening, &handler, &world->server), 0);
	world->client = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(world->client, (struct sockaddr *)&name, len), 0);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	close(world->client);
	ward_lines_stop(world->server);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&world->loop), 0);
	free(world);
	return 0;
}

static void turn(struct world *world)
{
	for (int i = 0; i < 20; i++)
		uv_run(&world->loop, UV_RUN_NOWAIT);
}

static void send_text(struct world *world, const char *text)
{
	assert_int_equal(send(world->client, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	turn(world);
}

static void one_line_one_answer(void **state)
{
	struct world *world = *state;
	char buf[64] = {};

	send_text(world, "hel");
	assert_int_equal(world->n_requests, 0);
	send_text(world, "lo\nnever read\n");
	assert_int_equal(world->n_requests, 1);
	assert_int_equal(recv(world->client, buf, sizeof(buf), MSG_WAITALL), 7);
	assert_string_equal(buf, "=hello\n");
	assert_int_equal(world->n_gone, 1);
}

static void a_request_without_end(void **state)
{
	struct world *world = *state;
	char text[8192] = {}, byte;

	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < 12; i++) {
		send(world->client, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
		turn(world);
	}
	assert_int_equal(world->n_requests, 0);
	assert_true(recv(world->client, &byte, 1, MSG_DONTWAIT) <= 0);
	assert_int_equal(world->n_gone, 0); /* it had asked for nothing */
}

static void who_hangs_up_is_gone(void **state)
{
	struct world *world = *state;

	world->keeps = true;
	send_text(world, "stay\n");
	assert_int_equal(world->n_gone, 0);
	shutdown(world->client, SHUT_RDWR);
	turn(world);
	assert_int_equal(world->n_gone, 1);
}

/* Whoever writes still works on the request: it must not be told in the middle of that. */
static void writing_to_nobody(void **state)
{
	struct world *world = *state;

	world->keeps = true;
	send_text(world, "stay\n");
	close(world->client);
	ward_lines_write(world->last, "more\n", 5, -1);
	assert_true(ward_lines_is_gone(world->last));
	assert_int_equal(world->n_gone, 0);
	ward_lines_write(world->last, "more\n", 5, -1);
	ward_lines_finish(world->last);
	assert_int_equal(world->n_gone, 0);
	turn(world);
	assert_int_equal(world->n_gone, 1);
	world->client = -1;
}

/* More than a socket holds waits until it is read. */
static void a_slow_reader(void **state)
{
	struct world *world = *state;
	size_t size = 4 << 20, n = 0;
	char *block = ward_alloc(size);
	char buf[65536];
	ssize_t got;

	world->keeps = true;
	send_text(world, "x\n");
	memset(block, 'y', size);
	ward_lines_write(world->last, block, size, -1);
	assert_true(ward_lines_pending(world->last) > 0);
	ward_lines_finish(world->last);
	assert_int_equal(world->n_gone, 0);
	while ((got = recv(world->client, buf, sizeof(buf), 0)) > 0) {
		n += (size_t)got;
		turn(world);
	}
	assert_int_equal(n, size + strlen("=x\n"));
	assert_int_equal(world->n_gone, 1);
	free(block);
}

static ssize_t message(int fd, bool sends, char *byte, int *passed)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct iovec iov = {.iov_base = byte, .iov_len = 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	if (!sends) {
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
		cmsg = CMSG_FIRSTHDR(&msg);
		memcpy(passed, cmsg ? CMSG_DATA(cmsg) : (const void *)&(int){-1}, sizeof(int));
		return n;
	}
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), passed, sizeof(int));
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

static void a_descriptor_travels(void **state)
{
	struct world *world = *state;
	int ends[2], back = -1;
	char byte = 'd';

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(message(world->client, true, &byte, &ends[1]), 1);
	close(ends[1]);
	send_text(world, "\n");
	assert_int_equal(message(world->client, false, &byte, &back), 1);
	assert_int_equal(byte, '=');
	assert_true(back >= 0);
	assert_int_equal(write(back, "p", 1), 1);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(byte, 'p');
	close(back);
	assert_int_equal(read(ends[0], &byte, 1), 0); /* nobody else kept it */
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_line_one_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(a_request_without_end, setup, teardown),
		cmocka_unit_test_setup_teardown(who_hangs_up_is_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(writing_to_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(a_slow_reader, setup, teardown),
		cmocka_unit_test_setup_teardown(a_descriptor_travels, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
