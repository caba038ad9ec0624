/* SPDX-License-Identifier: Apache-2.0 */
/* The serving side of a unix socket that speaks in lines: one request a connection, which is one
 * line in; any number of lines out.  A descriptor may travel with the request and with an answer.
 *
 * Nothing blocks and everything is bounded: a request that is too long, or a reader that lets too
 * much pile up, loses its connection. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/pollset.h"

enum {
	WARD_LINE_MAX = 65536,
};

struct ward_lines_server;
struct ward_lines; /* a connection */

struct ward_lines_handler {
	/* The request, without its newline, NUL-terminated; @fd came with it (-1: none) and is
	 * closed after the call. */
	void (*request)(void *userdata, struct ward_lines *lines, const char *line, size_t len,
			int fd);
	/* The connection is gone; called once for each that made a request, from the event loop and
	 * never from within a call of the functions below (but ward_lines_stop). */
	void (*gone)(void *userdata, struct ward_lines *lines);
	void *userdata;
};

/* Serves the listening socket @fd, which it takes. */
int ward_lines_serve(uv_loop_t *loop, int fd, const struct ward_lines_handler *handler,
		     struct ward_lines_server **ret_server);
void ward_lines_stop(struct ward_lines_server *server);

/* Sends; what cannot go now is queued.  @fd (-1: none) is duplicated. */
void ward_lines_write(struct ward_lines *lines, const char *bytes, size_t size, int fd);

/* Bytes that wait for the reader. */
size_t ward_lines_pending(const struct ward_lines *lines);

/* Closes when everything is sent; "gone" follows. */
void ward_lines_finish(struct ward_lines *lines);

/* The process at the other end closed before us, or fell behind: writing is of no use. */
bool ward_lines_is_gone(const struct ward_lines *lines);
