/* SPDX-License-Identifier: Apache-2.0 */
/* Real packets between pods, and between pods and the world, many at once. */
#pragma once

#include "lab/world.h"

/* What an attempt is expected to bring.  It decides how long an answer is waited for, never what
 * is reported. */
enum lab_expected {
	LAB_CLOSED,
	LAB_OPEN,
	LAB_UNKNOWN,
};

struct lab_attempt {
	const struct lab_pod *from, *to; /* one of them may be the world: */
	struct ward_ip outside;		 /* its address then, else none */
	uint32_t family;		 /* index of the addresses of both */
	enum ward_proto proto;		 /* OTHER: an ICMP echo */
	uint16_t port;
	enum lab_expected expected;
	bool answered; /* the result: anything came back, a refusal too */
};

static inline bool lab_attempt_is_from_outside(const struct lab_attempt *attempt)
{
	return attempt->outside.family && !attempt->from->node;
}

static inline bool lab_attempt_is_to_outside(const struct lab_attempt *attempt)
{
	return attempt->outside.family && !attempt->to->node;
}

struct lab_prober;

typedef void (*lab_probed_fn)(void *userdata);

/* Tries @attempts (not owned; they and their pods stay until done) and calls @fn when all are
 * settled.  NULL when there are too many open files to begin. */
struct lab_prober *lab_prober_start(struct lab *lab, struct lab_attempt *attempts, uint32_t n,
				    lab_probed_fn fn, void *userdata);

/* Ends it early; @fn is not called. */
void lab_prober_cancel(struct lab_prober *prober);

/* As many sockets at a time as there may be files besides those of everything else. */
uint32_t lab_prober_batch(void);
