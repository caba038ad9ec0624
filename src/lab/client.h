/* SPDX-License-Identifier: Apache-2.0 */
/* The command's side of the conversation (see control.h). */
#pragma once

#include <sys/types.h>

#include "doc/json-writer.h"
#include "lab/lab.h"

/* A request under construction, and then its answer. */
struct lab_call {
	const struct ward_lab *lab;
	FILE *out;			    /* where text goes; NULL: nowhere */
	const struct ward_lab_files *files; /* where diagnostics go; NULL: nowhere */
	int socket;
	pid_t pid; /* of the lab's process */
	char *line;
	size_t size;
	FILE *request;
	struct ward_json json;
	int received; /* a descriptor that came with the answer, or -1 */
	bool unread;  /* nobody reads the output any more */
	char **ret_why;
	char *failure; /* what the lab answered instead */
	int code;
};

/* A descriptor of a process, which can be read when it has ended; or a negative errno. */
int lab_pidfd_open(pid_t pid);

/* Connects and begins {"op": @op, …}; the caller adds members to call->json.  0, or a negative
 * errno with @ret_why. */
int lab_call_begin(struct lab_call *call, const struct ward_lab *lab, const char *op,
		   const struct ward_lab_output *output, char **ret_why);

/* Sends it, with @fd unless -1, and takes the answer to its end: the answer's code, or a negative
 * errno with the @ret_why given before. */
int lab_call_end(struct lab_call *call, int fd);
