/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic for the lab: a server, and two clients that print how much they got through.
 *
 *	load serve PORT SECONDS		takes connections and reads what comes
 *	load connect ADDRESS PORT SECONDS	connections a second, one after the other in 32
 *lanes load stream ADDRESS PORT SECONDS	bits a second through one connection
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	LANES = 32,
	EVENTS = 256,
	PIECE = 1 << 17,
	WAIT_MS = 100,
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct sockaddr_in address_of(const char *host, const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
	};

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		die(host);
	return address;
}

/* One byte says hello, so that a connection is more than a handshake. */
static void guest_take(int epoll, int listening)
{
	for (;;) {
		struct epoll_event event = {.events = EPOLLIN};
		int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);

		if (fd < 0)
			return;
		send(fd, "", 1, MSG_NOSIGNAL);
		event.data.fd = fd;
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	}
}

static void guest_read(int fd)
{
	static char buf[PIECE];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n == 0 || (n < 0 && errno != EAGAIN))
		close(fd);
}

static int serve(const char *port, double seconds)
{
	struct sockaddr_in any = address_of("0.0.0.0", port);
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int epoll = epoll_create1(0), on = 1;
	struct epoll_event event = {.events = EPOLLIN, .data.fd = listening};
	double end = now() + seconds;

	setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listening, (struct sockaddr *)&any, sizeof(any)) < 0 ||
	    listen(listening, 1024) < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event) < 0)
		die("cannot serve");
	while (now() < end) {
		struct epoll_event ready[EVENTS];
		int n = epoll_wait(epoll, ready, EVENTS, WAIT_MS);

		for (int i = 0; i < n; i++) {
			if (ready[i].data.fd == listening)
				guest_take(epoll, listening);
			else
				guest_read(ready[i].data.fd);
		}
	}
	return 0;
}

static void lane_begin(int epoll, const struct sockaddr_in *to)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct linger abort = {.l_onoff = 1}; /* no TIME_WAIT: ports are few */
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0 && errno != EINPROGRESS)
		die("connect");
	event.data.fd = fd;
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static int connect_many(const struct sockaddr_in *to, double seconds)
{
	int epoll = epoll_create1(0);
	double begin = now(), end = begin + seconds;
	unsigned long n_done = 0, n_failed = 0;

	for (int i = 0; i < LANES; i++)
		lane_begin(epoll, to);
	while (now() < end) {
		struct epoll_event ready[EVENTS];
		int n = epoll_wait(epoll, ready, EVENTS, WAIT_MS);

		for (int i = 0; i < n; i++) {
			char byte;

			if (read(ready[i].data.fd, &byte, 1) == 1)
				n_done++;
			else
				n_failed++;
			close(ready[i].data.fd);
			lane_begin(epoll, to);
		}
	}
	printf("%.0f\n", (double)n_done / (now() - begin));
	if (n_failed)
		fprintf(stderr, "load: %lu connections failed\n", n_failed);
	return n_failed > 0;
}

static int stream(const struct sockaddr_in *to, double seconds)
{
	static char buf[PIECE];
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	double begin, end;
	double bytes = 0;

	if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
		die("connect");
	begin = now();
	end = begin + seconds;
	while (now() < end) {
		ssize_t n = send(fd, buf, sizeof(buf), MSG_NOSIGNAL);

		if (n < 0)
			die("send");
		bytes += (double)n;
	}
	printf("%.0f\n", bytes * 8 / (now() - begin));
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to;

	if (argc == 4 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2], atof(argv[3]));
	if (argc != 5) {
		fprintf(stderr, "usage: load serve PORT SECONDS | connect|stream ADDRESS PORT "
				"SECONDS\n");
		return 2;
	}
	to = address_of(argv[2], argv[3]);
	return strcmp(argv[1], "connect") == 0 ? connect_many(&to, atof(argv[4]))
					       : stream(&to, atof(argv[4]));
}
