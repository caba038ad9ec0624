/* SPDX-License-Identifier: Apache-2.0 */
#include "net/pollset.h"

#include <errno.h>
#include <unistd.h>

enum {
	EVENTS_PER_TURN = 256, /* so that nobody starves the others */
};

static void pollset_ready(uv_poll_t *handle, int status, int events)
{
	struct ward_pollset *set = handle->data;
	struct epoll_event ready[EVENTS_PER_TURN];
	int n = epoll_wait(set->epoll, ready, EVENTS_PER_TURN, 0);

	for (int i = 0; i < n && set->epoll >= 0; i++)
		set->fn(set->userdata, ready[i].data.u64, ready[i].events);
}

int ward_pollset_init(struct ward_pollset *set, uv_loop_t *loop, ward_pollset_fn fn, void *userdata)
{
	*set = (struct ward_pollset){.epoll = epoll_create1(EPOLL_CLOEXEC),
				     .fn = fn,
				     .userdata = userdata};
	if (set->epoll < 0)
		return -errno;
	set->handle.data = set;
	uv_poll_init(loop, &set->handle, set->epoll);
	return uv_poll_start(&set->handle, UV_READABLE, pollset_ready);
}

static int pollset_control(struct ward_pollset *set, int op, int fd, uint32_t events, uint64_t tag)
{
	struct epoll_event event = {.events = events, .data.u64 = tag};

	return epoll_ctl(set->epoll, op, fd, &event) < 0 ? -errno : 0;
}

int ward_pollset_add(struct ward_pollset *set, int fd, uint32_t events, uint64_t tag)
{
	return pollset_control(set, EPOLL_CTL_ADD, fd, events, tag);
}

int ward_pollset_change(struct ward_pollset *set, int fd, uint32_t events, uint64_t tag)
{
	return pollset_control(set, EPOLL_CTL_MOD, fd, events, tag);
}

void ward_pollset_done(struct ward_pollset *set, uv_close_cb closed)
{
	uv_poll_stop(&set->handle);
	uv_close((uv_handle_t *)&set->handle, closed);
	close(set->epoll);
	set->epoll = -1;
}
