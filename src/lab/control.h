/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and answers between a command and the lab's process.
 *
 * A request is one line of JSON, {"op": "probe", …}.  An answer is lines of JSON: {"text": "…"} is
 * written out by the command as it is, {"diag": …} is a mistake in the user's files, and the last
 * line is {"done": N} with the answer's code or {"error": "…"}. */
#pragma once

#include "doc/node.h"
#include "lab/lab.h"
#include "lab/world.h"
#include "net/lines.h"
#include "report/text.h"

/* One request, until it is answered. */
struct lab_request {
	struct lab *lab;
	struct ward_lines *lines;     /* NULL: nobody waits for the answer any more */
	const struct ward_node *root; /* valid during the call of the operation only */
	int fd;			      /* that came with it, or -1; the same */
	uint64_t received_ns;
	enum ward_lab_format format;
	ward_sym ns;	       /* of names without one; WARD_NONE: any */
	struct ward_text text; /* the answer under construction */
	char *text_bytes;
	size_t text_size;
	void *operation; /* what the operation that goes on after its call needs */
	void (*gone)(struct lab_request *request); /* and how it ends when nobody waits */
};

int lab_control_open(struct lab *lab, int listening);

/* What is written to it is sent by the next of the calls below. */
FILE *lab_answer_text(struct lab_request *request);
void lab_answer_flush(struct lab_request *request);
void lab_answer_diags(struct lab_request *request, const struct ward_diags *diags);

/* Exactly one of these ends a request, and frees it. */
void lab_answer_done(struct lab_request *request, int code);
void lab_answer_fd(struct lab_request *request, int fd);
void lab_answer_error(struct lab_request *request, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Operations; each in the file of its name.  Those that go on after they return set "gone". */
void lab_op_status(struct lab_request *request);
void lab_op_probe(struct lab_request *request);
void lab_op_scan(struct lab_request *request);
void lab_op_apply(struct lab_request *request);
void lab_op_delete(struct lab_request *request);
void lab_op_label(struct lab_request *request);
void lab_op_exec(struct lab_request *request);
void lab_op_observe(struct lab_request *request);
void lab_op_down(struct lab_request *request);

/* The pods that @text names: NS/NAME, NAME, or a workload.  Returns how many; 0 and the request is
 * answered with the reason. */
uint32_t lab_resolve(struct lab_request *request, const char *text, struct lab_pods *ret_pods);

/* The one pod, or the first of a workload; NULL and the request is answered. */
struct lab_pod *lab_resolve_one(struct lab_request *request, const char *text);

/* The network of a pod as above, of "node:NAME", or of the "world", and what its host is called.
 * The descriptor stays the lab's; -1 and the request is answered. */
int lab_resolve_network(struct lab_request *request, const char *text, const char **ret_name);
