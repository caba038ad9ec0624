/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to the servers in the pods.  Who says something is taken for a browser or curl and
 * gets the pod's name over HTTP; who is silent for a moment gets it bare, as telnet shows it.
 *
 * Guests wait in the order in which they came, each for the same time: the first to come is the
 * first whose time is up.  One that has been served before stays in the queue without a
 * connection. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "lab/world.h"

enum {
	PATIENCE_MS = 200,
	GUESTS_MAX = 4096, /* who comes when so many wait gets the bare name at once */
	REQUEST_MAX = 64,  /* pieces that are read of a request */
};

struct guest {
	struct guest *next;
	int fd;		/* -1: served */
	uint64_t until; /* of the loop's clock, in ms */
	char *name;
};

struct lab_guests {
	struct ward_pollset set;
	uv_timer_t timer; /* runs while somebody waits */
	struct guest *first, **last;
	uint32_t n;
};

static void greet(int fd, const char *name)
{
	char banner[400];

	snprintf(banner, sizeof(banner), "%s\n", name);
	send(fd, banner, strlen(banner), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* What is not read when a socket is closed makes the kernel take the answer back. */
static void request_read(int fd)
{
	char rest[4096];

	for (int i = 0; i < REQUEST_MAX; i++)
		if (recv(fd, rest, sizeof(rest), MSG_DONTWAIT) <= 0)
			return;
}

static void respond(int fd, const char *name)
{
	char response[600];

	request_read(fd);
	snprintf(response, sizeof(response),
		 "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
		 "Connection: close\r\n\r\n%s\n",
		 strlen(name) + 1, name);
	send(fd, response, strlen(response), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool has_spoken(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static void guest_serve(struct guest *guest)
{
	if (guest->fd < 0)
		return;
	if (has_spoken(guest->fd))
		respond(guest->fd, guest->name);
	else
		greet(guest->fd, guest->name);
	close(TAKE_FD(guest->fd));
}

static void guest_ready(void *userdata, uint64_t tag, uint32_t events)
{
	guest_serve((struct guest *)(uintptr_t)tag);
}

static void patience_ends(uv_timer_t *timer)
{
	struct lab_guests *guests = timer->data;
	uint64_t now = uv_now(timer->loop);

	while (guests->first && guests->first->until <= now) {
		struct guest *guest = guests->first;

		guests->first = guest->next;
		guests->n--;
		guest_serve(guest);
		free(guest->name);
		free(guest);
	}
	if (guests->first)
		uv_timer_start(timer, patience_ends, guests->first->until - now, 0);
	else
		guests->last = &guests->first;
}

int lab_guests_open(struct lab *lab)
{
	struct lab_guests *guests = ward_new(struct lab_guests);

	guests->last = &guests->first;
	guests->timer.data = guests;
	uv_timer_init(&lab->loop, &guests->timer);
	lab->guests = guests;
	return ward_pollset_init(&guests->set, &lab->loop, guest_ready, guests);
}

static void guest_wait(struct lab *lab, int fd, const char *name)
{
	struct lab_guests *guests = lab->guests;
	struct guest *guest = ward_new(struct guest);

	*guest = (struct guest){.fd = fd,
				.until = uv_now(&lab->loop) + PATIENCE_MS,
				.name = ward_strdup(name)};
	*guests->last = guest;
	guests->last = &guest->next;
	guests->n++;
	if (!uv_is_active((uv_handle_t *)&guests->timer))
		uv_timer_start(&guests->timer, patience_ends, PATIENCE_MS, 0);
	if (ward_pollset_add(&guests->set, fd, EPOLLIN | EPOLLRDHUP, (uintptr_t)guest) < 0)
		guest_serve(guest);
}

void lab_guest_take(struct lab *lab, int fd, const char *name)
{
	struct guest guest = {.fd = fd, .name = (char *)name};

	if (lab->guests->n >= GUESTS_MAX || has_spoken(fd))
		guest_serve(&guest);
	else
		guest_wait(lab, fd, name);
}
