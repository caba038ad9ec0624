/* SPDX-License-Identifier: Apache-2.0 */
/* Many descriptors in the event loop under one handle.
 *
 * A libuv handle a socket costs memory and an asynchronous farewell each; a lab has tens of
 * thousands of short-lived sockets.  Here one epoll instance is one handle of the loop, and closing
 * a descriptor is all it takes to forget it. */
#pragma once

#include <stdint.h>
#include <sys/epoll.h>

#include <uv.h>

/* @tag is what the descriptor was added with; @events are EPOLL*.  A descriptor that was closed
 * by an earlier call of the same round may still be reported: tags must stay meaningful until the
 * loop turns. */
typedef void (*ward_pollset_fn)(void *userdata, uint64_t tag, uint32_t events);

struct ward_pollset {
	int epoll;
	uv_poll_t handle;
	ward_pollset_fn fn;
	void *userdata;
};

/* The set must stay where it is. */
int ward_pollset_init(struct ward_pollset *set, uv_loop_t *loop, ward_pollset_fn fn,
		      void *userdata);
int ward_pollset_add(struct ward_pollset *set, int fd, uint32_t events, uint64_t tag);
int ward_pollset_change(struct ward_pollset *set, int fd, uint32_t events, uint64_t tag);

/* Closes the epoll instance and the handle; @closed (may be NULL) is called when the set's memory
 * may go. */
void ward_pollset_done(struct ward_pollset *set, uv_close_cb closed);
